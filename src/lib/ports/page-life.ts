/** What happens to the page that changes whether the network can be reached. */
export interface PageLife {
  /** Whether the browser believes that it has any network. `true` where it cannot tell. */
  readonly online: boolean;
  /** `run` is called when the page comes back: online again, visible again, resumed from a freeze. */
  onWake(run: () => void): () => void;
  /**
   * `run` is called with whether the page is in the background now, when that may have changed: it is hidden on a device
   * that stops hidden pages' microphones (a phone), or about to be frozen.
   */
  onBackground(run: (background: boolean) => void): () => void;
  /** `run` is called when the device may have another network than before (Network Information API, where there is one). */
  onNetworkChange(run: () => void): () => void;
  /** `run` is called when {@link online} turns false. */
  onOffline(run: () => void): () => void;
  /** `run` is called when the page is being left for good; what it starts must not wait. */
  onLeave(run: () => void): () => void;
  /** Runs `run` once what the page shows now has been painted, or soon on a page that is not painted. */
  afterPaint(run: () => void): void;
}
