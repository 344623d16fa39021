import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { environmentName, flagName, isSwitch, OPTION_NAMES, OPTIONS_SCHEMA } from './options.ts';
import type { OptionName, RelayOptions } from './options.ts';

/** A wrong option: `message` is one line that names it. The process ends with {@link WRONG_OPTION_EXIT}. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}
export const WRONG_OPTION_EXIT = 2;

/** What the command line asks for. */
export type Command =
  | {
      readonly do: 'run';
      readonly options: RelayOptions;
      /** Environment variables that are set by Kubernetes and mean something else. */
      readonly ignored: readonly string[];
    }
  | { readonly do: 'help' }
  | { readonly do: 'version' };

/** A value as given, and the words for where it came from. */
interface Given {
  readonly value: unknown;
  readonly label: string;
}
type AllGiven = Map<OptionName, Given>;

const REPEATABLE: ReadonlySet<OptionName> = new Set(['peer']);
const byFlag = new Map(OPTION_NAMES.map((name) => [flagName(name), name]));

/** A list may be given several times; of everything else the last one counts. */
const joined = (name: OptionName, before: unknown, value: string | boolean): string | boolean =>
  REPEATABLE.has(name) && typeof before === 'string' ? `${before},${value}` : value;

function fromFlags(args: readonly string[]): { given: AllGiven; asked: Set<string> } {
  const given: AllGiven = new Map();
  const asked = new Set<string>();
  // Not strict: the errors of parseArgs advise about positional arguments; ours are one line that names the flag.
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries([
      ...OPTION_NAMES.map(
        (name) => [flagName(name), { type: isSwitch(name) ? 'boolean' : 'string' }] as const,
      ),
      ['help', { type: 'boolean', short: 'h' }] as const,
      ['version', { type: 'boolean' }] as const,
    ]) as Record<string, { type: 'boolean' | 'string'; short?: string }>,
  });
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') throw new OptionError(`${token.value}: not an option`);
    if (token.name === 'help' || token.name === 'version') {
      asked.add(token.name);
      continue;
    }
    const negated = token.name.startsWith('no-') ? byFlag.get(token.name.slice(3)) : undefined;
    const name = byFlag.get(token.name) ?? negated;
    if (name === undefined || (negated !== undefined && !isSwitch(negated))) {
      throw new OptionError(`${token.rawName}: no such option, see --help`);
    }
    if (!isSwitch(name) && token.value === undefined) {
      throw new OptionError(`${token.rawName}: needs a value`);
    }
    const value = negated !== undefined ? false : (token.value ?? true);
    given.set(name, { value: joined(name, given.get(name)?.value, value), label: token.rawName });
  }
  return { given, asked };
}

/**
 * What Kubernetes says of a Service to every pod of its namespace, as Docker's links did: a Service named `woxly` makes
 * `WOXLY_PORT=tcp://10.43.0.7:8080`, one named `woxly-turn` makes `WOXLY_TURN_PORT`.
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
const isOfKubernetes = (variable: string, value: string): boolean =>
  variable.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//i.test(value.trim());

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): {
  given: AllGiven;
  ignored: string[];
} {
  const given: AllGiven = new Map();
  const ignored: string[] = [];
  for (const name of OPTION_NAMES) {
    const label = environmentName(name);
    const value = environment[label];
    if (value === undefined || value === '') continue;
    if (isOfKubernetes(label, value)) ignored.push(label);
    else given.set(name, { value, label });
  }
  return { given, ignored };
}

function fromFile(path: string, readText: (path: string) => string): AllGiven {
  const where = `config ${path}`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(path)) as unknown;
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new OptionError(`--config: ${path} ${why}`, { cause: error });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new OptionError(`--config: ${path} must hold one JSON object`);
  }
  const given: AllGiven = new Map();
  for (const [key, value] of Object.entries(parsed)) {
    const name = byFlag.get(key);
    if (name === undefined || name === 'config')
      throw new OptionError(`${where}: ${key}: no such option`);
    given.set(name, { value, label: `${where}: ${key}` });
  }
  return given;
}

/**
 * Reads flags, environment and configuration file; the former win.
 * @throws {OptionError} for anything that is not as the schema says.
 */
export function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  readText: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Command {
  const flags = fromFlags(args);
  if (flags.asked.has('help')) return { do: 'help' };
  if (flags.asked.has('version')) return { do: 'version' };
  const { given: fromOutside, ignored } = fromEnvironment(environment);
  const near = new Map([...fromOutside, ...flags.given]);
  const path = near.get('config')?.value;
  const given: AllGiven = new Map([
    ...(typeof path === 'string' ? fromFile(path, readText) : []),
    ...near,
  ]);
  const parsed = v.safeParse(
    OPTIONS_SCHEMA,
    Object.fromEntries([...given].map(([name, { value }]) => [name, value])),
  );
  if (parsed.success) return { do: 'run', options: parsed.output, ignored };
  const issue = parsed.issues[0];
  const wrong = given.get(issue.path?.[0]?.key as OptionName);
  throw new OptionError(
    `${wrong?.label ?? 'options'}: ${issue.message}, not ${JSON.stringify(wrong?.value)}`,
  );
}
