import type { RelayView } from '#lib/state/views.ts';

/** The dialogs of the list of relays; at most one is open. */
export interface RelayDialog {
  readonly kind: 'test' | 'share' | 'remove';
  readonly relay: RelayView;
}
