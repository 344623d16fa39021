/** Where the first relays come from: the one that served the page names itself. */
export interface RelayList {
  /**
   * Multiaddrs of the relay that served this page, best first; the last known ones when it does not answer.
   * Rejects when it does not answer and never has.
   */
  load(): Promise<readonly string[]>;
}
