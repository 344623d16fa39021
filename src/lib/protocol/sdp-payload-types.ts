/** The attributes that are about one payload type (RFC 8866, 6.6 and 6.15; RFC 4585, 4.2), and that type. */
const OF_ONE_TYPE = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d{1,3}) /;

/**
 * Tells the lines of an SDP that are about payload types which their section does not name. Firefox leaves the feedback
 * of codecs standing that were taken out of a section, and Chromium and Safari refuse the whole description for it.
 */
export class PayloadTypes {
  #named = new Set<number>();

  /** The line that begins a section, with the types that it names after the protocol. */
  section(mLine: string): void {
    this.#named = new Set(mLine.split(' ').slice(3).map(Number));
  }

  /** Whether a line of that section is about a type that it does not name. */
  isStray(line: string): boolean {
    const type = OF_ONE_TYPE.exec(line)?.[1];
    return type !== undefined && !this.#named.has(Number(type));
  }
}

/** A description of this browser's own as others take it. */
export function withoutStrayTypes(sdp: string): string {
  const types = new PayloadTypes();
  return sdp
    .split('\r\n')
    .filter((line) => {
      if (line.startsWith('m=')) types.section(line);
      return !types.isStray(line);
    })
    .join('\r\n');
}
