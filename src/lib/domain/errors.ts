/** A failure of the world (network, disk, permission): what went wrong as data; words for people are elsewhere. */
export class WoxlyError<Reason extends string = string> extends Error {
  override readonly name: string = 'WoxlyError';
  readonly reason: Reason;

  constructor(reason: Reason, options?: { readonly cause?: unknown }) {
    super(reason, options);
    this.reason = reason;
  }
}
