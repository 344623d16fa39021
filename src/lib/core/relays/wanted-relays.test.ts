import { expect, test } from 'vitest';
import type { Contact } from '#lib/domain/contact.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import { describedRelay } from '#lib/testing/relay-descriptors.ts';
import { candidates } from './wanted-relays.ts';
import type { RelaySources } from './wanted-relays.ts';

const [one, two, three] = await Promise.all([1, 2, 3].map((number) => describedRelay(number)));
if (one === undefined || two === undefined || three === undefined) throw new Error('three relays');

const from = (part: Partial<RelaySources>) =>
  candidates({
    page: [],
    remembered: [],
    directory: [],
    contacts: [],
    settings: DEFAULT_SETTINGS,
    mayDial: () => true,
    ...part,
  });
const contact = (relays: readonly RelayAddress[], part: Partial<Contact> = {}): Contact =>
  ({ trust: 'contact', hideAddress: false, hints: { devices: [], relays }, ...part }) as Contact;

test('each relay once, with all that is known of it', () => {
  const found = from({
    page: [one.address],
    directory: [one.descriptor(), two.descriptor()],
    remembered: [three.address, two.address],
    contacts: [contact([one.address, three.address])],
  });
  expect(found).toMatchObject([
    { origin: 'page', tier: 'page', descriptor: one.descriptor() },
    { origin: 'directory', tier: 'directory', descriptor: two.descriptor() },
    { origin: 'directory', addresses: [three.address] },
  ]);
  expect(found[0]?.operators).toEqual(['network-1.example', 'name Operator 1']);
});

test('an invite does not say where a relay is that others know, nor that of a hidden person', () => {
  const elsewhere = one.address.replace('relay-1', 'evil') as RelayAddress;
  expect(
    from({ directory: [one.descriptor()], contacts: [contact([elsewhere])] })[0]?.addresses,
  ).toEqual([one.address]);
  expect(from({ contacts: [contact([elsewhere])] })).toMatchObject([
    { origin: 'invite', tier: 'invite', addresses: [elsewhere] },
  ]);
  for (const part of [{ hideAddress: true }, { trust: 'blocked' as const }]) {
    expect(from({ contacts: [contact([elsewhere], part)] })).toEqual([]);
  }
  const settings = { ...DEFAULT_SETTINGS, hideAddress: true };
  const named = { settings, contacts: [contact([elsewhere])] };
  expect(from({ ...named, page: [two.address] }).map(({ origin }) => origin)).toEqual(['page']);
  // Better theirs than none: nobody could call.
  expect(from(named)).toMatchObject([{ origin: 'invite' }]);
});

test('refused relays are not used, whoever names them; what cannot be dialled neither', () => {
  const settings = { ...DEFAULT_SETTINGS, relays: [one.address], refusedRelays: [one.id] };
  expect(from({ settings, page: [one.address], directory: [one.descriptor()] })).toEqual([]);
  expect(from({ page: [one.address], mayDial: () => false })).toEqual([]);
});

test('preferred before own, and an own relay is one wherever else it is named', () => {
  const settings = {
    ...DEFAULT_SETTINGS,
    relays: [one.address],
    preferredRelays: [two.id],
  };
  const found = from({ settings, page: [one.address], directory: [two.descriptor()] });
  expect(found.map(({ tier, origin }) => [tier, origin])).toEqual([
    ['own', 'page'],
    ['preferred', 'directory'],
  ]);
});
