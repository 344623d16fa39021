import { spawnSync } from 'node:child_process';
import { hears, peerConnections } from './ear.ts';
import { expect, test } from './people.ts';
import type { Person } from './person.ts';

const hasCoturn = spawnSync('turnserver', ['--version']).status === 0;
/** Where the relay of a test has its STUN and TURN, if it can. */
const OWN_HOSTS = hasCoturn ? ['127.0.0.1'] : [];

// WebRTC to the relay would be one more connection without voice, and has no servers at all.
test.use({ relayOptions: ['--no-webrtc-direct'] });

/** The direct connections that libp2p has made, or tried to make. */
const directConnections = async ({ page }: Person) =>
  (await peerConnections(page)).filter(({ voice }) => !voice);

/** The hosts of all STUN and TURN servers that any connection of the page was told to use. */
async function hostsAsked({ page }: Person): Promise<ReadonlySet<string>> {
  const urls = (await peerConnections(page)).flatMap(({ servers }) => servers);
  return new Set(urls.map((url) => url.replace(/^(?:stun|turn)s?:(.*):\d+(?:\?.*)?$/, '$1')));
}

test('no STUN or TURN server is ever used but that of the relay: not for a call, not by libp2p, not by the doctor', async ({
  contacts: [alice, bob],
}) => {
  await alice.call(bob);
  await bob.accept();
  await Promise.all([hears(alice.page), hears(bob.page)]);
  for (const person of [alice, bob]) {
    expect(await person.voiceConnections()).not.toEqual([]);
    await expect.poll(() => directConnections(person)).not.toEqual([]);
  }
  await alice.hangUp();
  await alice.dismiss();

  await alice.goTo('Settings');
  await alice.page.getByRole('button', { name: 'Check connection' }).click();
  const verdict = alice.page.getByRole('list', { name: 'Checks' }).getByRole('listitem').last();
  await expect(verdict).toContainText(/Works|With limits|Doesn’t work/, { timeout: 60_000 });

  for (const person of [alice, bob]) expect([...(await hostsAsked(person))]).toEqual(OWN_HOSTS);
});
