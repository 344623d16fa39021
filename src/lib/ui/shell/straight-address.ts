/** The fragment of a link of ours as programs write it that pass links on: its signs as %23 and %2F, once or twice over. */
const LINK = /(?:#|%(?:25)?23)(?:\/|%(?:25)?2F)([ir])(?:\/|%(?:25)?2F)(.*)$/is;

const isDecodable = (text: string, decode: (text: string) => string): boolean => {
  try {
    decode(text);
    return true;
  } catch {
    return false;
  }
};

/**
 * The address that a page was meant to be opened by: the fragment of an invite in its place again, and no percent sign that
 * stands for nothing, at which the router would throw.
 */
export function straightAddress(href: string): string {
  const url = new URL(href);
  const link = /^#\/[ir]\//.test(url.hash) ? null : LINK.exec(href);
  if (link) {
    const [, kind = '', rest = ''] = link;
    url.pathname = '/';
    url.search = '';
    url.hash = `#/${kind.toLowerCase()}/${rest}`;
  }
  if (!isDecodable(url.pathname.replaceAll('%25', ''), decodeURI)) url.pathname = '/';
  if (!isDecodable(url.hash, decodeURIComponent)) url.hash = url.hash.replaceAll('%', '%25');
  return url.href;
}
