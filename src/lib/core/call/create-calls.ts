import type { CallQuality } from '#lib/domain/call.ts';
import type { CallId, IdentityKey } from '#lib/domain/ids.ts';
import { cleanNote } from '#lib/domain/name.ts';
import type { LinkProblem, OwnNetwork } from '#lib/domain/reasons.ts';
import type { Scope } from '#lib/domain/scope.ts';
import { fail, ok } from '#lib/domain/result.ts';
import type { Result } from '#lib/domain/result.ts';
import { publicKeyOf } from '#lib/protocol/key-text.ts';
import { callIdOf } from '#lib/protocol/call-frame.ts';
import { CALL_ID_BYTES } from '#lib/protocol/limits.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import type { Calls, CallView } from './calls.ts';
import type { Invited } from '#lib/domain/contact.ts';
import { circumstancesOf } from './ways/intake.ts';
import { CallRunner, isOver, peerOfLine } from './run/runner.ts';
import type { CallRunnerPorts } from './run/runner.ts';

/** The world as calls need it. */
export interface CallsPorts extends CallRunnerPorts {
  readonly scope: Scope;
  /** Who this device is; asked whenever a call begins. */
  readonly self: () => {
    readonly key: IdentityKey;
    readonly certificate: Signed;
    readonly name: string;
  };
}

export interface CallEngine extends Calls {
  /** Takes a channel of `CALL_PROTOCOL` that a peer opened. */
  readonly take: (channel: FrameChannel) => void;
  /** This device has another network than before, or one again. */
  networkChanged(): void;
  /** The page is looked at again, after time in which it may have slept. */
  woke(): void;
  /** {@link CallRunnerPorts.ownNetwork} may say something else than before. */
  reachabilityChanged(): void;
  /** Presence says that this person is there now. */
  personSeen(key: IdentityKey): void;
  /** The page went into the background, or came back: the other side is told. */
  setBackground(background: boolean): void;
  /** The settings changed: a live call goes on with the chosen devices, and as sparingly as chosen. */
  settingsChanged(): void;
  /** The contacts changed: a call with somebody who is blocked now ends. */
  contactsChanged(): void;
}

/** At the end of its scope the live call ends, the peer is told at once, and every channel is closed. */
export function createCalls(ports: CallsPorts): CallEngine {
  const calls = new RunningCalls(ports);
  ports.scope.add(() => {
    calls.stop();
  });
  return calls;
}

/** What people and the world tell the line. */
class RunningCalls implements CallEngine {
  readonly #ports: CallsPorts;
  readonly #runner: CallRunner;
  #network: OwnNetwork;

  constructor(ports: CallsPorts) {
    this.#ports = ports;
    this.#runner = new CallRunner(ports);
    this.#network = ports.ownNetwork();
    // The first question may begin the looking: by the first press it is known.
    ports.microphones.granted();
  }

  get supported(): boolean {
    return this.#ports.paths.supported;
  }

  get current(): CallView | undefined {
    return this.#runner.view;
  }

  watch(onChange: () => void): () => void {
    return this.#runner.watchers.watch(onChange);
  }

  call(who: Invited): Promise<Result<CallId, LinkProblem>> {
    return this.#call(who, false);
  }

  callAgain(who: Invited): Promise<Result<CallId, LinkProblem>> {
    return this.#call(who, true);
  }

  prepare(key: IdentityKey): () => void {
    const idle = !this.#runner.stopped && isOver(this.#runner.call);
    return idle ? this.#runner.preparation.prepare(key) : () => undefined;
  }

  #call(who: Invited, patient: boolean): Promise<Result<CallId, LinkProblem>> {
    const self = this.#ports.self();
    if (who.key === self.key) return Promise.resolve(fail('own-key'));
    const about = circumstancesOf(this.#ports, who.key, who.name);
    if (about.peer.trust === 'blocked') return Promise.resolve(fail('blocked'));
    const id = callIdOf(this.#ports.random.bytes(CALL_ID_BYTES));
    const { supported } = this;
    if (isOver(this.#runner.call)) {
      const { key, devices, relays } = who;
      this.#runner.begin({ key, hints: { devices, relays } });
    }
    const callee = publicKeyOf(who.key);
    const call = {
      from: 'person',
      type: 'call',
      id,
      name: self.name,
      callee,
      supported,
      patient,
    } as const;
    this.#runner.dispatch({ ...call, ...about, microphoneGranted: this.#granted });
    return Promise.resolve(ok(this.#runner.call?.id ?? id));
  }

  accept(): void {
    this.#runner.dispatch({ from: 'person', type: 'accept', microphoneGranted: this.#granted });
  }

  get #granted(): boolean {
    return this.#ports.microphones.granted();
  }

  decline(note?: string): void {
    const written = cleanNote(note ?? '');
    this.#runner.dispatch({
      from: 'person',
      type: 'decline',
      ...(written !== '' && { note: written }),
    });
  }

  hangUp(): void {
    this.#runner.dispatch({ from: 'person', type: 'hang-up' });
  }

  setMuted(muted: boolean): void {
    this.#runner.dispatch({ from: 'person', type: 'mute', muted });
  }

  resumeSound(): void {
    this.#runner.work?.replay();
    this.#runner.dispatch({ from: 'person', type: 'resume-sound' });
  }

  reopenMicrophone(): void {
    this.#runner.dispatch({ from: 'person', type: 'reopen-microphone' });
  }

  dismiss(): void {
    this.#runner.dispatch({ from: 'person', type: 'dismiss' });
  }

  async quality(): Promise<CallQuality | undefined> {
    try {
      return await this.#runner.path?.quality();
    } catch {
      return undefined; // The path was closed meanwhile.
    }
  }

  levels(): { readonly own: number; readonly peer: number } {
    const { work, path } = this.#runner;
    return {
      get own() {
        return work?.microphone.level() ?? 0;
      },
      get peer() {
        return path?.level() ?? 0;
      },
    };
  }

  /** A property, so that it can be handed on by itself. */
  readonly take = (channel: FrameChannel): void => {
    if (this.#runner.stopped) channel.close();
    else this.#runner.channels.takeInbound(channel);
  };

  networkChanged(): void {
    this.#onNetwork({});
  }

  woke(): void {
    this.#onNetwork({ same: true });
  }

  reachabilityChanged(): void {
    const before = this.#network;
    this.#network = this.#ports.ownNetwork();
    if (before !== 'up' && this.#network === 'up') this.#onNetwork({ same: true });
    this.#runner.show();
  }

  #onNetwork(what: { readonly same?: true }): void {
    this.#runner.dispatch({ from: 'way', type: 'network-changed', ...what });
    // Candidates of the old one lead nowhere.
    this.#ports.paths.forget();
    this.#runner.preparation.networkChanged();
  }

  personSeen(key: IdentityKey): void {
    if (peerOfLine(this.#runner.call) === key)
      this.#runner.dispatch({ from: 'way', type: 'person-seen' });
    this.#runner.preparation.retry(key);
  }

  setBackground(background: boolean): void {
    this.#runner.setBackground(background);
  }

  settingsChanged(): void {
    this.#runner.work?.useSettings();
  }

  contactsChanged(): void {
    const key = this.#runner.call?.peer.key;
    if (key && this.#ports.contacts.get(key)?.trust === 'blocked') {
      this.#runner.dispatch({ from: 'person', type: 'block' });
    }
  }

  stop(): void {
    this.#runner.dispatch({ from: 'person', type: 'leave' });
    this.#runner.stop();
  }
}
