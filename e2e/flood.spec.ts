import { spawn } from 'node:child_process';
import { on } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hears } from './ear.ts';
import { expect, test } from './people.ts';

test('a stranger who opens and resets streams without end is cut off, and a contact rings and is heard', async ({
  contacts: [alice, bob],
  relay,
}) => {
  const key = await bob.key();
  const flood = join(import.meta.dirname, 'stream-flood.ts');
  const stranger = spawn(process.execPath, [flood, await relay.address(), key], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const signal = AbortSignal.timeout(60_000);
  try {
    const cuts = on(createInterface({ input: stranger.stdout }), 'line', { signal });
    await cuts.next();
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
