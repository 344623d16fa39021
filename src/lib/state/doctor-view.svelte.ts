import type { IdentityKey } from '#lib/domain/ids.ts';
import type { Doctor, DoctorCheck } from '#lib/core/doctor/doctor.ts';
import { Followed } from './followed.ts';

/** What stands between this device and a call, for screens. */
export class DoctorView extends Followed<Doctor> {
  get checks(): readonly DoctorCheck[] {
    return this.engine.checks;
  }

  get running(): boolean {
    return this.engine.running;
  }

  run = (contact?: IdentityKey): Promise<void> => this.acting.run(contact);
  stop = (): void => this.acting.stop();
  report = (): string => this.acting.report();
}
