/** What happens to the page that changes whether the network can be reached. */
export interface PageLife {
  /** Whether the browser believes that it has any network. `true` where it cannot tell. */
  readonly online: boolean;
  /** `run` is called when the page comes back: online again, visible again, resumed from a freeze. */
  onWake(run: () => void): () => void;
  /** `run` is called when {@link online} turns false. */
  onOffline(run: () => void): () => void;
  /** `run` is called when the page is being left for good; what it starts must not wait. */
  onLeave(run: () => void): () => void;
}
