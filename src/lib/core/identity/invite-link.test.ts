import { base64urlnopad } from '@scure/base';
import { expect, test } from 'vitest';
import { identityKeyOf } from '#lib/protocol/key-text.ts';
import { INVITE } from '#lib/protocol/invite.ts';
import {
  INVITE_MAX_BYTES,
  LINK_MAX_CHARACTERS,
  MULTIADDR_MAX_BYTES,
} from '#lib/protocol/limits.ts';
import { DOMAIN } from '#lib/protocol/names.ts';
import { sign, SIGNED } from '#lib/protocol/signed.ts';
import { mutations } from '#lib/testing/mutations.ts';
import { signerNumber } from '#lib/testing/signers.ts';
import { encodeInvite, readInvite } from './invite-link.ts';
import { inviteReadings } from './travelled-link.ts';

const NOW = 1_763_800_000_000;
const ORIGIN = 'https://woxly.example';
const alice = await signerNumber(1);
const mallory = await signerNumber(66);
const phone = await signerNumber(2);
const KEY = identityKeyOf(alice.publicKey);
const DEVICE = identityKeyOf(phone.publicKey);
const relay = (host: string) =>
  `/dns4/${host}/tcp/443/tls/ws/p2p/${identityKeyOf(mallory.publicKey)}`;
const INVITATION = {
  name: 'Alice',
  devices: [phone.publicKey],
  relays: [relay('one.example'), relay('two.example')],
  created: NOW,
};
const LINK = await encodeInvite(alice, INVITATION, ORIGIN);
const INVITED = { key: KEY, name: 'Alice', devices: [DEVICE], relays: INVITATION.relays };

const problemOf = async (text: string, now = NOW) => {
  const read = await readInvite(text, now);
  return read.ok ? 'none' : read.problem;
};
/** A link around bytes that were not made by the encoder. */
const linkOf = (bytes: Uint8Array) => `${ORIGIN}/#/i/${base64urlnopad.encode(bytes)}`;

test('a link says who, by which devices, at which relays', async () => {
  expect(LINK).toMatch(/^https:\/\/woxly\.example\/#\/i\/[A-Za-z0-9_-]+$/);
  expect(await readInvite(LINK, NOW)).toEqual({ ok: true, value: INVITED });
});

test('a slash at the end of the page address is not doubled, a folder is kept', async () => {
  expect(await encodeInvite(alice, INVITATION, `${ORIGIN}/`)).toBe(LINK);
  expect(await encodeInvite(alice, INVITATION, `${ORIGIN}/app/`)).toContain('/app/#/i/');
});

test('a key alone says who', async () => {
  const value = { key: KEY, devices: [], relays: [] };
  expect(await readInvite(KEY, NOW)).toEqual({ ok: true, value });
});

test.each([
  ['white space', (text: string) => ` \n\t${text}\u00A0\r\n`],
  ['angle brackets', (text: string) => `<${text}>`],
  ['quotes', (text: string) => `“${text}”`],
  ['a sentence', (text: string) => `Call me on WOXLY: ${text}. See you!`],
  ['brackets of a note', (text: string) => `[WOXLY](${text})`],
  ['another language', (text: string) => `Вот моя ссылка:${text}\nЖду!`],
])('both are found in %s', async (_, around) => {
  expect(await readInvite(around(LINK), NOW)).toEqual({ ok: true, value: INVITED });
  expect((await readInvite(around(KEY), NOW)).ok).toBe(true);
});

test('a link from any page is fine: the signature counts, not the host', async () => {
  const elsewhere = LINK.replace(ORIGIN, 'http://192.0.2.7:8080');
  expect((await readInvite(elsewhere, NOW)).ok).toBe(true);
});

/** A link with two hyphens in a row, which every tenth has. */
async function withHyphens(): Promise<string> {
  for (let created = NOW; ; created += 1) {
    const link = await encodeInvite(alice, { ...INVITATION, created }, ORIGIN);
    if (/[a-z]--[a-z]/i.test(link.slice(ORIGIN.length + 20))) return link;
  }
}
const HYPHENS = await withHyphens();
const at = Math.floor(HYPHENS.length * 0.7);
const split = (by: string, text = HYPHENS) => text.slice(0, at) + by + text.slice(at);
const encoded = encodeURIComponent(HYPHENS);
const urldefense2 = HYPHENS.replace(/[-_:#]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
  .replaceAll('/', '_')
  .replaceAll('%', '-');

test.each([
  ['the sign of the fragment encoded', HYPHENS.replace('#', '%23')],
  ['twice over', HYPHENS.replace('#', '%2523')],
  ['the slashes of the fragment encoded', HYPHENS.replace('#/i/', '#%2Fi%2F')],
  ['in small letters', HYPHENS.replace('#/i/', '%23%2fi%2f')],
  ['a redirect', `https://www.google.com/url?q=${encoded}&sa=D&usg=AOvVaw0`],
  [
    'a redirect in a redirect',
    `https://a.example/?u=${encodeURIComponent(`https://b.example/?to=${encoded}`)}`,
  ],
  [
    'Outlook',
    `https://eur01.safelinks.protection.outlook.com/?url=${encoded}&data=05%7C02%7C&sdata=x%3D&reserved=0`,
  ],
  [
    'Proofpoint, version 2',
    `https://urldefense.proofpoint.com/v2/url?u=${urldefense2}&d=DwMFaQ&c=x&r=y`,
  ],
  [
    'Proofpoint, version 3',
    `https://urldefense.com/v3/__${HYPHENS.replace('#', '*')}__;Iw!!AbCdEf!x-y_z$`,
  ],
  [
    'Barracuda',
    `https://linkprotect.cudasvc.com/url?a=${encoded.toLowerCase().replace(/(%23%2fi%2f).*/, '$1')}${HYPHENS.split('#/i/')[1] ?? ''}&c=E,1&typo=1`,
  ],
  ['Sophos', `https://eu.protection.sophos.com/?d=x&u=${btoa(HYPHENS)}&i=NWY=`],
  ['an em dash', HYPHENS.replaceAll('--', '\u2014')],
  ['an en dash', HYPHENS.replaceAll('--', '\u2013')],
  ['a hyphen that does not break', HYPHENS.replaceAll('-', '\u2011')],
  ['a minus sign', HYPHENS.replaceAll('-', '\u2212')],
  ['a line break', split('\n')],
  ['an indent', split('\r\n    ')],
  ['a space', split(' ')],
  ['the mark of a quotation', split('\n> ')],
  ['two line breaks', split('\n', `${HYPHENS.slice(0, 80)}\n${HYPHENS.slice(80)}`)],
  ['quoted-printable', split('=\r\n')],
  ['quoted-printable without its line break', split('=')],
  ['a zero-width space', split('\u200B')],
  ['a soft hyphen', split('\u00AD')],
  ['a tag that may break', split('<wbr>')],
  ['an entity that may break', split('&shy;')],
  ['HTML entities', HYPHENS.replaceAll('-', '&#45;').replaceAll('/', '&#x2F;')],
  ['backslashes', HYPHENS.replace(/[-_]/g, '\\$&')],
  ['words glued to it', `${HYPHENS}Thanks`],
  ['tracking', `${HYPHENS}?fbclid=IwAR0-x_y&utm=1`],
  ['underlines', `__${HYPHENS}__`],
  ['a chat around it', `[12.11, 10:04] Alice: ${split('\n')}\n[12.11, 10:05] Bob: /i/ ok`],
  ['only the invite itself', HYPHENS.split('#/i/')[1] ?? ''],
])('a link that travelled is whole again: %s', async (_, text) => {
  expect(await readInvite(text, NOW)).toEqual({ ok: true, value: INVITED });
});

test.each([
  ['groups', KEY.replace(/(.{8})/g, '$1 ')],
  ['two lines', `${KEY.slice(0, 30)}\n> ${KEY.slice(30)} thanks`],
  ['a zero-width space', `${KEY.slice(0, 20)}\u200B${KEY.slice(20)}`],
  ['percent encoding', `https://x.example/?u=%2Fchat%2F${KEY}%26x`],
])('a key that travelled is whole again: %s', async (_, text) => {
  expect(await readInvite(text, NOW)).toMatchObject({ ok: true, value: { key: KEY } });
});

test('of two links in a text the genuine one counts', async () => {
  const forged = linkOf(
    SIGNED.encode(
      await sign(mallory, DOMAIN.invite, INVITE, { ...INVITATION, identity: alice.publicKey }),
    ),
  );
  expect(await readInvite(`${forged} ${LINK}`, NOW)).toEqual({ ok: true, value: INVITED });
});

test('a text made to cost much is read in a bounded number of ways', async () => {
  const text = '/i/CkA\u2014\u2014\u2014\u2014'.repeat(300).slice(0, LINK_MAX_CHARACTERS);
  expect(inviteReadings(text).length).toBeLessThanOrEqual(160);
  expect((await readInvite(text, NOW)).ok).toBe(false);
});

test.each([
  ['empty', ''],
  ['empty', ' \n\u00A0 '],
  ['not-a-link', 'hello there'],
  ['not-a-link', 'https://woxly.example/'],
  ['not-a-link', 'https://woxly.example/#/i'],
  ['not-a-link', 'привет'],
  ['not-a-link', '🎧'],
  ['not-a-link', linkOf(Uint8Array.of(1, 2, 3))],
  ['not-a-link', linkOf(new Uint8Array(200).fill(255))],
  [
    'not-a-link',
    linkOf(SIGNED.encode({ payload: Uint8Array.of(255), signature: new Uint8Array(64) })),
  ],
  ['not-a-key', 'hello'],
  ['not-a-key', 'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'],
  ['not-a-key', '16Uiu2HAmPWPvmRqpnUQYKLQKGzfKWQ6Vqo54yWFfWM7tJgFEzqmx'],
  ['not-a-key', `${KEY}1`],
  ['cut-short', KEY.slice(0, -1)],
  ['cut-short', KEY.slice(0, 10)],
  ['cut-short', `${ORIGIN}/#/i/`],
  [
    'wrong-signature',
    linkOf(
      SIGNED.encode(
        await sign(mallory, DOMAIN.invite, INVITE, { ...INVITATION, identity: alice.publicKey }),
      ),
    ),
  ],
  [
    'wrong-signature',
    linkOf(
      SIGNED.encode(
        await sign(alice, DOMAIN.presence, INVITE, { ...INVITATION, identity: alice.publicKey }),
      ),
    ),
  ],
  ['too-long', 'x'.repeat(LINK_MAX_CHARACTERS + 1)],
  ['too-long', `${LINK}${' '.repeat(LINK_MAX_CHARACTERS)}`],
  ['too-long', linkOf(new Uint8Array(INVITE_MAX_BYTES + 1).fill(10))],
])('%s: %s', async (problem, text) => {
  expect(await problemOf(text)).toBe(problem);
});

test('a link cut anywhere is told as cut short', async () => {
  const start = LINK.indexOf('#/i/') + 4;
  for (let length = start; length < LINK.length; length += 1) {
    expect(await problemOf(LINK.slice(0, length))).toBe('cut-short');
  }
});

test('a megabyte is refused before anything looks at it', async () => {
  const text = 'x'.repeat(1_000_000);
  const looked: string[] = [];
  // A text that notes every method asked of it; only its length may be read.
  const watched = new Proxy(Object(text) as object, {
    get: (target, name) => {
      looked.push(String(name));
      return Reflect.get(target, name, target) as unknown;
    },
  }) as unknown as string;
  expect(await problemOf(watched)).toBe('too-long');
  expect(looked).toEqual(['length']);
});

test('a link with an end ends there', async () => {
  const link = await encodeInvite(alice, { ...INVITATION, expires: NOW + 1000 }, ORIGIN);
  expect(await problemOf(link, NOW + 999)).toBe('none');
  expect(await problemOf(link, NOW + 1000)).toBe('expired');
});

test('what a hostile person put into their own link is made harmless', async () => {
  const hostile = {
    identity: alice.publicKey,
    name: '\u202E \u3164\n',
    devices: [phone.publicKey, phone.publicKey],
    relays: [relay('one.example'), 'javascript:alert(1)', relay('one.example')],
    created: NOW,
  };
  const link = linkOf(SIGNED.encode(await sign(alice, DOMAIN.invite, INVITE, hostile)));
  const value = { key: KEY, devices: [DEVICE], relays: [relay('one.example')] };
  expect(await readInvite(link, NOW)).toEqual({ ok: true, value });
});

test('a fourth relay in a signed link makes it no link', async () => {
  const relays = ['a', 'b', 'c', 'd'].map((host) => relay(`${host}.example`));
  const invite = { ...INVITATION, identity: alice.publicKey, relays };
  const link = linkOf(SIGNED.encode(await sign(alice, DOMAIN.invite, INVITE, invite)));
  expect(await problemOf(link)).toBe('not-a-link');
});

test('relays that do not fit are left out, so that what we make can always be read', async () => {
  const end = `/p2p/${identityKeyOf(mallory.publicKey)}`;
  const long = (letter: string) => {
    const part = `/${letter.repeat(150)}`;
    return `/dns4/x.example${part}${part}${part}`.slice(0, MULTIADDR_MAX_BYTES - end.length) + end;
  };
  const invite = {
    name: 'Ы'.repeat(64),
    devices: Array.from({ length: 8 }, (_, index) => new Uint8Array(32).fill(index)),
    relays: [long('a'), long('b'), long('c')],
    created: NOW,
  };
  const link = await encodeInvite(alice, invite, ORIGIN);
  expect(link.length).toBeLessThanOrEqual(LINK_MAX_CHARACTERS);
  const read = await readInvite(link, NOW);
  expect(read.ok && read.value.relays).toEqual([long('a'), long('b')]);
});

test('hostile texts: an answer for each, never a throw, and nobody but the signer', async () => {
  const words = ['#/i/', '12D3KooW', KEY, LINK, ' ', '\n', '=', '%', '-', '_', 'A', '\u0000'];
  for (let seed = 0; seed < 2000; seed += 1) {
    const mutated = mutations(seed);
    const text = mutated.ofText(mutated.pick([LINK, KEY]), words);
    const read = await readInvite(text, NOW);
    if (read.ok && 'name' in read.value) expect(read.value).toEqual(INVITED);
  }
});
