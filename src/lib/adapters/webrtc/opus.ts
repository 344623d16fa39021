import type { Encoding } from './encoding.ts';

/**
 * What is asked of the peer's encoder (RFC 7587), in the SDP that a peer reads: mono, 32 kbit/s, in-band FEC,
 * constant bitrate (variable frame sizes leak what is said, RFC 6562), no DTX.
 */
const WANTED = {
  minptime: '10',
  useinbandfec: '1',
  maxaveragebitrate: '32000',
  cbr: '1',
  usedtx: '0',
  stereo: '0',
  'sprop-stereo': '0',
} as const;

/** The SDP with our wishes on every Opus payload type; everything else is left as it is. */
export function withOpusParameters(sdp: string): string {
  return withParameters(sdp, () => WANTED);
}

/** Whether an SDP names Opus in RED (RFC 2198), which not every browser has. */
export const namesRed = (sdp: string): boolean => payloadTypes(sdp, 'red/48000/2').length > 0;

/**
 * A peer's SDP changed so that this side's encoder works as `encoding` says: browsers take those parameters from the
 * remote description. What the peer asks for counts only where it asks for less.
 */
export function withSending(sdp: string, encoding: Encoding): string {
  const [opus] = payloadTypes(sdp, 'opus/48000/2');
  const [red] = payloadTypes(sdp, 'red/48000/2');
  const first = encoding.redundant ? red : opus;
  const ordered = sdp.replace(
    /^(m=audio \d+ \S+)((?: \d+)+)/m,
    (line, head: string, all: string) =>
      first === undefined
        ? line
        : [head, first, ...all.split(' ').filter((type) => type !== '' && type !== first)].join(
            ' ',
          ),
  );
  return withParameters(withPacketTime(ordered, encoding.packetMs), (given) => ({
    useinbandfec: '1',
    stereo: '0',
    maxaveragebitrate: String(atMost(encoding.kbps * 1000, given.get('maxaveragebitrate'))),
    cbr: encoding.sparse ? '0' : '1',
    usedtx: encoding.sparse ? '1' : '0',
  }));
}

/** The sound of one packet, ms, as the attribute of the section that every browser reads (RFC 8866, 6.4). */
function withPacketTime(sdp: string, packetMs: number): string {
  return sdp.replace(/^m=audio [^]*?(?=^m=|(?![^]))/m, (section) => {
    const lines = section.replace(/^a=ptime:.*(?:\r?\n|$)/gm, '');
    return `${lines.replace(/\r?\n$/, '')}\r\na=ptime:${packetMs}\r\n`;
  });
}

function atMost(wanted: number, given: string | undefined): number {
  const asked = Number(given);
  // RFC 7587, 6.1: from 6 to 510 kbit/s.
  return asked >= 6000 ? Math.min(wanted, asked) : wanted;
}

function payloadTypes(sdp: string, codec: string): readonly string[] {
  return [...sdp.matchAll(/^a=rtpmap:(\d+) (\S+)\r?$/gim)].flatMap(([, type, name]) =>
    type !== undefined && name?.toLowerCase() === codec ? [type] : [],
  );
}

type Parameters = Readonly<Record<string, string>>;

function withParameters(
  sdp: string,
  choose: (given: ReadonlyMap<string, string>) => Parameters,
): string {
  return payloadTypes(sdp, 'opus/48000/2').reduce<string>((text, type) => {
    const line = new RegExp(`^a=fmtp:${type} (.*?)(\\r?)$`, 'm');
    return line.test(text)
      ? text.replace(
          line,
          (_, given: string, end: string) => `a=fmtp:${type} ${merge(given, choose)}${end}`,
        )
      : text.replace(
          new RegExp(`^(a=rtpmap:${type} .*?)(\\r?)$`, 'm'),
          (_, map: string, end: string) =>
            `${map}${end}\na=fmtp:${type} ${merge('', choose)}${end}`,
        );
  }, sdp);
}

function merge(given: string, choose: (given: ReadonlyMap<string, string>) => Parameters): string {
  const parameters = new Map(
    given
      .split(';')
      .map((pair) => pair.trim().split('='))
      .map(([name = '', ...value]) => [name, value.join('=')] as const)
      .filter(([name]) => name !== ''),
  );
  for (const [name, value] of Object.entries(choose(parameters))) parameters.set(name, value);
  return [...parameters]
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join(';');
}
