import type { CallQuality, CallStage } from '#lib/domain/call.ts';
import type { Contact, Invited } from '#lib/domain/contact.ts';
import type { CallId, IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import type { EndReason, LinkProblem } from '#lib/domain/reasons.ts';
import { fail, ok } from '#lib/domain/result.ts';
import type { Result } from '#lib/domain/result.ts';
import type {
  CallPeer,
  Calls,
  CallView,
  OngoingCallView,
  PeerNotice,
} from '#lib/core/call/calls.ts';
import { Watchers } from '#lib/core/watchable.ts';

type Changes = Partial<OngoingCallView> & { readonly peerNotices?: readonly PeerNotice[] };

/** A call that goes only where a test sends it, and remembers what it was asked. */
export class FakeCalls extends Watchers implements Calls {
  supported = true;
  current: CallView | undefined;
  qualityNow: CallQuality | undefined;
  levelsNow = { own: 0, peer: 0 };
  /** Every verb called, in order, as text. */
  readonly asked: string[] = [];
  readonly #now: () => Milliseconds;
  readonly #contact: (key: string) => Contact | undefined;

  constructor(now: () => Milliseconds, contact: (key: string) => Contact | undefined) {
    super();
    this.#now = now;
    this.#contact = contact;
  }

  /** Somebody rings here. */
  ring(peer: CallPeer, acceptShowsAddress = false): void {
    this.#show({
      id: 'incoming' as CallId,
      stage: 'incoming',
      direction: 'incoming',
      peer,
      started: this.#now(),
      acceptShowsAddress,
    });
  }

  /** The live call goes to a stage, with anything else that changes. */
  go(stage: Exclude<CallStage, 'ended'>, { peerNotices, ...part }: Changes = {}): void {
    const { current } = this;
    if (current === undefined || current.stage === 'ended') return;
    const live = current.stage === 'incoming' ? quietWith(current.peer) : current;
    const connected = stage === 'connected' ? { connected: this.#now() } : {};
    const { id, direction, peer, started } = current;
    const participants = peerNotices ? [{ peer, notices: peerNotices }] : live.participants;
    const base = { ...live, ...connected, participants };
    this.#show({ ...base, id, direction, peer, started, ...part, stage });
  }

  end(reason: EndReason, note?: string): void {
    const { current } = this;
    if (current === undefined || current.stage === 'ended') return;
    const { id, direction, peer, started } = current;
    const connected =
      current.stage !== 'incoming' && current.connected !== undefined
        ? { connected: current.connected }
        : {};
    const said = note === undefined ? {} : { note };
    const ended = this.#now();
    const accepted = !['incoming', 'finding', 'reaching', 'ringing'].includes(current.stage);
    this.#show({
      stage: 'ended',
      id,
      direction,
      peer,
      started,
      reason,
      accepted,
      ended,
      ...connected,
      ...said,
    });
  }

  async call(who: Invited): Promise<Result<CallId, LinkProblem>> {
    this.asked.push(`call ${who.key}`);
    const contact = this.#contact(who.key);
    if (contact?.trust === 'blocked') return fail('blocked');
    const peer: CallPeer = {
      key: who.key,
      name: contact?.name ?? who.name ?? '',
      trust: contact?.trust ?? 'stranger',
    };
    const id = 'outgoing' as CallId;
    this.#show({
      ...quietWith(peer),
      id,
      direction: 'outgoing',
      peer,
      started: this.#now(),
      stage: 'finding',
    });
    return ok(id);
  }

  async callAgain(who: Invited): Promise<Result<CallId, LinkProblem>> {
    const outcome = await this.call(who);
    this.asked[this.asked.length - 1] = `call again ${who.key}`;
    if (outcome.ok) this.go('finding', { patient: true });
    return outcome;
  }

  prepare(key: IdentityKey): () => void {
    this.asked.push(`prepare ${key}`);
    return () => this.asked.push(`let go ${key}`);
  }

  accept(): void {
    this.asked.push('accept');
    this.go('connecting');
  }

  decline(note?: string): void {
    this.asked.push(note === undefined ? 'decline' : `decline ${note}`);
    this.end('declined');
  }

  hangUp(): void {
    this.asked.push('hang up');
    this.end('hung-up');
  }

  setMuted(muted: boolean): void {
    const { current } = this;
    if (current === undefined || current.stage === 'ended' || current.stage === 'incoming') return;
    this.#show({ ...current, muted });
  }

  resumeSound(): void {
    this.asked.push('resume sound');
  }

  reopenMicrophone(): void {
    this.asked.push('reopen microphone');
  }

  dismiss(): void {
    this.#show(undefined);
  }

  quality = (): Promise<CallQuality | undefined> => Promise.resolve(this.qualityNow);
  levels = () => this.levelsNow;

  #show(view: CallView | undefined): void {
    this.current = view;
    this.changed();
  }
}

const quietWith = (peer: CallPeer) => ({
  muted: false,
  notices: [],
  participants: [{ peer, notices: [] }],
  patient: false,
});
