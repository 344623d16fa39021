import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { hears } from './ear.ts';
import { expect, test } from './people.ts';

test('a stranger who opens and resets streams without end is cut off, and a contact rings and is heard', async ({
  friends: [alice, bob],
  relay,
}) => {
  const key = await bob.key();
  const attacker = join(import.meta.dirname, '../bench/attack/attacker.ts');
  const stranger = fork(attacker, ['streams-to-page', await relay.address(), key], {
    execArgv: [],
  });
  const signal = AbortSignal.timeout(60_000);
  try {
    await once(stranger, 'message', { signal });
    await alice.call(bob);
    await expect(bob.incoming()).toBeVisible();
    await bob.accept();
    await Promise.all([hears(alice.page), hears(bob.page)]);
    // It was at it all the while.
    expect(stranger.exitCode).toBeNull();
    await alice.hangUp();
    await bob.sees('Ended');
  } finally {
    stranger.kill('SIGKILL');
  }
});
