import type { CallQuality } from '#lib/domain/call.ts';
import type { CallId, IdentityKey } from '#lib/domain/ids.ts';
import type { LinkProblem } from '#lib/domain/reasons.ts';
import type { Result } from '#lib/domain/result.ts';
import type { CallView, Calls } from '#lib/core/call/calls.ts';
import type { Invited } from '#lib/domain/contact.ts';
import { Followed } from './followed.ts';
import { isQuietEnd } from './quiet-end.ts';
import type { EndedCallView, OngoingCallView } from './views.ts';

/** The call of this device, for screens. */
export class CallsView extends Followed<Calls> {
  /** The call whose screen made room for the page. */
  #aside = $state<CallId>();

  /** Whether this browser can make and take calls. */
  get supported(): boolean {
    return this.engine.supported;
  }

  get current(): CallView | undefined {
    return this.engine.current;
  }

  /** Whether anything would be lost by reloading the page now. */
  get live(): boolean {
    const call = this.engine.current;
    return call !== undefined && call.stage !== 'ended';
  }

  /** The call that has a screen of its own: under way, or ended in a way that wants to be told. */
  get onScreen(): OngoingCallView | EndedCallView | undefined {
    const call = this.engine.current;
    return call === undefined || call.stage === 'incoming' || isQuietEnd(call) ? undefined : call;
  }

  /** Whether that screen lies over the page, and has not made room for it. */
  get covers(): boolean {
    const { onScreen } = this;
    return onScreen !== undefined && onScreen.id !== this.#aside;
  }

  /** Whether leaving the page would end what somebody is in the middle of, and not only a ring. */
  get held(): boolean {
    return this.live && this.engine.current?.stage !== 'incoming';
  }

  /** The screen of this call makes room for the page, until it is asked back; another call comes over the page again. */
  stepAside = (): void => void (this.#aside = this.acting.current?.id);
  comeBack = (): void => void (this.#aside = undefined);

  call = (who: Invited): Promise<Result<CallId, LinkProblem>> => this.acting.call(who);
  callAgain = (who: Invited): Promise<Result<CallId, LinkProblem>> => this.acting.callAgain(who);
  prepare = (key: IdentityKey): (() => void) => this.acting.prepare(key);
  accept = (): void => this.acting.accept();
  decline = (note?: string): void => this.acting.decline(note);
  hangUp = (): void => this.acting.hangUp();
  setMuted = (muted: boolean): void => this.acting.setMuted(muted);
  resumeSound = (): void => this.acting.resumeSound();
  reopenMicrophone = (): void => this.acting.reopenMicrophone();
  dismiss = (): void => this.acting.dismiss();
  quality = (): Promise<CallQuality | undefined> => this.acting.quality();
  levels = (): { readonly own: number; readonly peer: number } => this.acting.levels();
}
