import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as callFrame from './call-frame.ts';
import * as deviceCertificate from './device-certificate.ts';
import * as deviceList from './device-list.ts';
import * as invite from './invite.ts';
import * as lookup from './lookup.ts';
import * as neighbour from './neighbour.ts';
import * as presence from './presence-record.ts';
import * as descriptor from './relay-descriptor.ts';
import * as relayList from './relay-list.ts';
import * as signed from './signed.ts';
import type { Fields, Table } from './struct.ts';
import * as turn from './turn.ts';
import * as watch from './watch.ts';

/** What `docs/protocol.md` lists is what the tables say: names, numbers, types, and what must be there. */

const MODULES: readonly object[] = [
  ...[callFrame, deviceCertificate, deviceList, invite, lookup, neighbour, presence, descriptor],
  ...[relayList, signed, turn, watch],
];

const text = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
const listings = [...text.matchAll(/```proto\n(.*?)```/gs)]
  .map(([, block = '']) => block)
  .join('\n');

/** The lines of a message's fields, and of its choices, by its name. */
const listed = new Map(
  [
    ...listings.replace(/\/\/.*$/gm, '').matchAll(/message (\w+) \{(.*?)\}(?=\s*(?:message|$))/gs),
  ].map(([, name = '', body = '']) => [name, body]),
);

/** The tables by the names that the document has for them: `DEVICE_LIST` is `DeviceList`. */
const tables = new Map(
  MODULES.flatMap((module) => Object.entries(module))
    .filter((entry): entry is [string, Table<Fields>] => 'fields' in Object(entry[1]))
    .map(([name, { fields }]) => [pascal(name), fields]),
);

function pascal(name: string): string {
  return name.toLowerCase().replace(/(?:^|_)(\w)/g, (_, first: string) => first.toUpperCase());
}

/** A message's table as the document would list it. */
function asListed(fields: Fields): readonly string[] {
  return Object.entries(fields).map(([name, { id, kind, presence }]) => {
    const { type } = kind;
    return `${presence} ${typeof type === 'string' ? type : typeNamed(name, type)} ${name} = ${id}`;
  });
}

function typeNamed(name: string, type: readonly string[] | Fields): string {
  if (Array.isArray(type)) return pascal(name);
  const [known = pascal(name)] = [...tables].flatMap(([one, fields]) =>
    fields === type ? one : [],
  );
  return known === SHORTER ? 'Signed' : known;
}

/** A `Signed` with a shorter payload. */
const SHORTER = 'SignedCertificate';

const fieldsIn = (body: string): readonly string[] =>
  [...body.matchAll(/(?:required|optional|repeated) \w+ \w+ = \d+/g)].map(String);

/** Messages that are only inside another, under the name of their field. */
const inner = Object.entries(callFrame.CALL_FRAME.fields).flatMap(([name, { kind }]) => {
  const type = kind.type as string | readonly string[] | Fields;
  return typeof type === 'string' || Array.isArray(type)
    ? []
    : [[pascal(name), type as Fields] as const];
});
const all = [...tables, ...inner].filter(([name]) => name !== SHORTER);

test('every message is listed, and nothing else', () => {
  expect([...listed.keys()].sort()).toEqual(all.map(([name]) => name).sort());
});

test.each(all)('%s', (name, fields) => {
  const body = listed.get(name) ?? '';
  expect(fieldsIn(body)).toEqual(asListed(fields));
  for (const { kind } of Object.values(fields)) {
    const type = kind.type as unknown;
    if (!Array.isArray(type)) continue;
    const choices = type.map(
      (one: string, place) => `${one.toUpperCase().replaceAll('-', '_')} = ${place};`,
    );
    expect(body).toContain(`{ ${choices.join(' ')} }`);
  }
});
