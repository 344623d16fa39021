import type { IdentityKey } from '#lib/domain/ids.ts';
import type { WordsProblem } from '#lib/domain/reasons.ts';
import type { Result } from '#lib/domain/result.ts';
import type { Identity } from '#lib/core/identity/identity.ts';
import { Followed } from './followed.ts';

/** Who this browser is, for screens. */
export class IdentityView extends Followed<Identity> {
  get profile(): Identity['profile'] {
    return this.engine.profile;
  }

  get damage(): Identity['damage'] {
    return this.engine.damage;
  }

  create = (name: string, anew = false): Promise<void> => this.acting.create(name, anew);
  restore = (
    words: string,
    name: string,
    anew = false,
  ): Promise<Result<IdentityKey, WordsProblem>> => this.acting.restore(words, name, anew);
  rename = (name: string): Promise<void> => this.acting.rename(name);
  recoveryWords = (): Promise<readonly string[] | undefined> => this.acting.recoveryWords();
  confirmWords = (): Promise<void> => this.acting.confirmWords();
  inviteLink = (): Promise<string> => this.acting.inviteLink();
}
