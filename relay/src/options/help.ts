import * as v from 'valibot';
import { environmentName, flagName, isSwitch, OPTION_NAMES, OPTIONS } from './options.ts';

/** The text of `--help`, from the table of options. */
export function helpText(): string {
  const rows = OPTION_NAMES.map((name) => {
    const option = OPTIONS[name];
    const fallback = String(v.getDefault(option.schema));
    const flag = isSwitch(name)
      ? `--[no-]${flagName(name)}`
      : `--${flagName(name)} ${'value' in option ? option.value : ''}`;
    return [
      `  ${flag}`,
      `      ${option.about}`,
      `      ${environmentName(name)}${fallback === '' ? '' : `; default ${fallback}`}`,
    ].join('\n');
  });
  return [
    'Usage: node relay/src/main.ts [options]',
    '',
    'Runs a WOXLY relay: it introduces peers to each other and serves the app. Every option is a flag, an',
    'environment variable or a key in a JSON file (named as the flag without the dashes); the former win.',
    '',
    ...rows,
    '  --help, -h\n      this text',
    '  --version\n      the version',
    '',
    'Exit codes: 0 stopped, 1 failed, 2 a wrong option or a port in use.',
    '',
  ].join('\n');
}
