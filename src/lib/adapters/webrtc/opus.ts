/**
 * The Opus parameters of a call (RFC 7587), set in the SDP that a peer reads: mono, 32 kbit/s, in-band FEC,
 * constant bitrate (variable frame sizes leak what is said, RFC 6562), no DTX.
 */
const PARAMETERS = {
  minptime: '10',
  useinbandfec: '1',
  maxaveragebitrate: '32000',
  cbr: '1',
  usedtx: '0',
  stereo: '0',
  'sprop-stereo': '0',
} as const;

/** The SDP with our parameters on every Opus payload type; everything else is left as it is. */
export function withOpusParameters(sdp: string): string {
  const payloads = [...sdp.matchAll(/^a=rtpmap:(\d+) opus\/48000\/2\r?$/gim)].map(
    ([, type]) => type,
  );
  return payloads.reduce<string>((text, type) => {
    const line = new RegExp(`^a=fmtp:${type ?? ''} (.*?)(\\r?)$`, 'm');
    return line.test(text)
      ? text.replace(
          line,
          (_, given: string, end: string) => `a=fmtp:${type ?? ''} ${merge(given)}${end}`,
        )
      : text.replace(
          new RegExp(`^(a=rtpmap:${type ?? ''} .*?)(\\r?)$`, 'm'),
          (_, map: string, end: string) => `${map}${end}\na=fmtp:${type ?? ''} ${merge('')}${end}`,
        );
  }, sdp);
}

function merge(given: string): string {
  const parameters = new Map(
    given
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair !== '')
      .map((pair) => [pair.split('=')[0] ?? '', pair] as const),
  );
  for (const [name, value] of Object.entries(PARAMETERS)) parameters.set(name, `${name}=${value}`);
  return [...parameters.values()].join(';');
}
