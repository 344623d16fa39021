import type { CallBodyOf } from '#lib/protocol/call-frame.ts';

/** How it stands with sound at one end of a call, as MEDIA says it. */
export interface MediaState {
  readonly muted: boolean;
  /** Nothing is sent: the microphone is gone, or the system has taken it. */
  readonly lost: boolean;
  readonly background: boolean;
  /** Nothing of the other side is heard although it says that it is not muted. */
  readonly deaf: boolean;
  /** Nothing is sent in silence. */
  readonly sparse: boolean;
}

/** What is taken for granted until MEDIA says otherwise. */
export const SOUND: MediaState = {
  muted: false,
  lost: false,
  background: false,
  deaf: false,
  sparse: false,
};

export const sameMedia = (a: MediaState, b: MediaState): boolean =>
  a.muted === b.muted &&
  a.lost === b.lost &&
  a.background === b.background &&
  a.deaf === b.deaf &&
  a.sparse === b.sparse;

/** What is not so is left out on the wire. */
export const toBody = ({ muted, ...rest }: MediaState): CallBodyOf<'media'> => ({
  type: 'media',
  muted,
  ...(rest.lost && { lost: true }),
  ...(rest.background && { background: true }),
  ...(rest.deaf && { deaf: true }),
  ...(rest.sparse && { sparse: true }),
});

export const fromBody = (body: CallBodyOf<'media'>): MediaState => ({
  muted: body.muted,
  lost: body.lost ?? false,
  background: body.background ?? false,
  deaf: body.deaf ?? false,
  sparse: body.sparse ?? false,
});
