import type { Presence } from '#lib/domain/contact.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import { Watchers } from '#lib/core/watchable.ts';
import type { Doctor, DoctorCheck } from '#lib/core/doctor/doctor.ts';
import type { EchoTest } from '#lib/core/doctor/echo-test.ts';
import type { Presences } from '#lib/core/presence/presences.ts';

/** A doctor who finds what a test says. */
export class FakeDoctor extends Watchers implements Doctor {
  checks: readonly DoctorCheck[] = [];
  running = false;
  /** For whom it was run, in order; `nobody` without a contact. */
  readonly runs: string[] = [];

  async run(contact?: IdentityKey): Promise<void> {
    this.runs.push(contact ?? 'nobody');
    this.find(this.checks, true);
  }

  stop(): void {
    this.find(this.checks, false);
  }

  report = (): string => `${this.checks.length} checks`;

  find(checks: readonly DoctorCheck[], running = false): void {
    this.checks = checks;
    this.running = running;
    this.changed();
  }
}

/** An echo that sounds as a test says. */
export class FakeEcho extends Watchers implements EchoTest {
  view: EchoTest['view'] = { state: 'idle' };
  levelsNow = { own: 0, back: 0 };

  levels = () => this.levelsNow;
  start = async (): Promise<void> => this.show({ state: 'starting' });
  stop = (): void => this.show({ state: 'idle' });

  show(view: EchoTest['view']): void {
    this.view = view;
    this.changed();
  }
}

/** People who are where a test says. */
export class FakePresences extends Watchers implements Presences {
  readonly #known = new Map<IdentityKey, Presence>();

  of = (key: IdentityKey): Presence => this.#known.get(key) ?? { state: 'unknown' };

  set(key: IdentityKey, presence: Presence): void {
    this.#known.set(key, presence);
    this.changed();
  }
}
