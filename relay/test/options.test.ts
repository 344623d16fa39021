import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { helpText } from '../src/options/help.ts';
import { defaultOptions, environmentName, flagName, OPTION_NAMES } from '../src/options/options.ts';
import { isLoopbackExempt } from '../src/limits/loopback-exempt.ts';
import { OptionError, readOptions } from '../src/options/read-options.ts';

function optionsOf(args: string[], environment: Record<string, string> = {}, file = '{}') {
  const command = readOptions(args, environment, () => file);
  if (command.do !== 'run') throw new Error(`asked for ${command.do}`);
  return command.options;
}

function problemOf(args: string[], environment: Record<string, string> = {}, file = '{}'): string {
  try {
    optionsOf(args, environment, file);
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

test('without a word the relay listens on localhost:8080 with its keys in ./data', () => {
  expect(optionsOf([])).toEqual(defaultOptions());
  expect(defaultOptions()).toMatchObject({
    port: 8080,
    host: 'localhost',
    data: './data',
    app: 'build',
    maxReservations: 1000,
    reservationTtl: 1800,
    circuitBytes: 1_048_576,
    circuitSeconds: 600,
    reservationsPerAddress: 128,
    circuitsPerSource: 8,
    connectionsPerMinute: 60,
    readTimeout: 10_000,
    exemptLoopback: 'auto',
    trustedProxy: [],
  });
});

const PEER = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo';

test('a relay to stay connected with may be given several times, and is a WebSocket of an Ed25519 peer', () => {
  const [one, other] = [
    `/ip4/192.0.2.1/tcp/80/ws/p2p/${PEER}`,
    `/dns/a.example/tcp/443/wss/p2p/${PEER}`,
  ];
  expect(optionsOf(['--peer', one, '--peer', other]).peer).toEqual([one, other]);
  expect(optionsOf(['--peer', `${one},${other}`]).peer).toEqual([one, other]);
  expect(optionsOf(['--port', '1', '--port', '2']).port).toBe(2);
  for (const wrong of [
    '/ip4/192.0.2.1/tcp/80/ws',
    `/ip4/192.0.2.1/udp/80/webrtc-direct/p2p/${PEER}`,
    '/ip4/192.0.2.1/tcp/80/ws/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
    `/ip4/192.0.2.1/tcp/80/ws/p2p/${PEER}/p2p-circuit`,
  ]) {
    expect(problemOf(['--peer', wrong])).toMatch(/^--peer: must be WebSocket multiaddrs/);
  }
});

test('a flag wins over the environment, and that over the file', () => {
  const file = '{"port": 1, "host": "a.example", "operator": "File"}';
  const environment = { WOXLY_CONFIG: 'relay.json', WOXLY_PORT: '2', WOXLY_HOST: 'b.example' };
  expect(optionsOf(['--port', '3'], environment, file)).toMatchObject({
    port: 3,
    host: 'b.example',
    operator: 'File',
  });
  expect(optionsOf([], environment, file).port).toBe(2);
  expect(optionsOf(['--config=relay.json'], {}, file).port).toBe(1);
});

test.each(OPTION_NAMES.filter((name) => name !== 'config'))(
  '%s is a flag, a variable and a key alike',
  (name) => {
    const sample: Record<string, string> = {
      host: '192.0.2.1',
      publicUrl: 'https://relay.example',
      announce: '/ip4/192.0.2.1/tcp/443/wss,/ip4/192.0.2.2/tcp/443/wss',
      peer: `/dns4/relay.example/tcp/443/wss/p2p/${PEER},/ip4/192.0.2.1/tcp/8080/ws/p2p/${PEER}`,
      neighbours: '3',
      privatePeers: 'true',
      trustedProxy: '10.0.0.0/8,::1',
      webrtcHost: '192.0.2.1',
      logLevel: 'debug',
      presenceBytes: '70000',
      webrtcDirect: 'false',
      exemptLoopback: 'true',
      turn: 'true',
      turnHost: '192.0.2.1',
      turnExternalIp: '198.51.100.7,198.51.100.8/10.0.0.8',
      turnAllowPeer: '10.0.0.0/8,fd00::/8',
      metrics: 'all',
    };
    const value =
      sample[name] ?? (typeof defaultOptions()[name] === 'number' ? '1234' : 'somewhere');
    const isOnOff = typeof defaultOptions()[name] === 'boolean';
    const flag = isOnOff
      ? [`--${value === 'false' ? 'no-' : ''}${flagName(name)}`]
      : [`--${flagName(name)}`, value];
    const byFlag = optionsOf(flag)[name];
    expect(byFlag).not.toEqual(defaultOptions()[name]);
    expect(optionsOf([], { [environmentName(name)]: value })[name]).toEqual(byFlag);
    expect(
      optionsOf(['--config', 'x'], {}, JSON.stringify({ [flagName(name)]: byFlag }))[name],
    ).toEqual(byFlag);
    expect(helpText()).toContain(`--${isOnOff ? '[no-]' : ''}${flagName(name)}`);
    expect(helpText()).toContain(environmentName(name));
  },
);

test.each([
  [['--port', 'eighty'], '--port: must be a whole number from 0 to 65535, not "eighty"'],
  [['--port=65536'], '--port: must be a whole number from 0 to 65535, not "65536"'],
  [['--port'], '--port: needs a value'],
  [['--port', '-1'], '--port: must be a whole number from 0 to 65535, not "-1"'],
  [['--host', 'a b'], '--host: must be a host name or an IP address, not "a b"'],
  [
    ['--public-url', 'relay.example'],
    '--public-url: must be an http or https URL without a path, not "relay.example"',
  ],
  [
    ['--public-url', 'https://relay.example/x'],
    '--public-url: must be an http or https URL without a path, not "https://relay.example/x"',
  ],
  [
    ['--trusted-proxy', '10.0.0.0/33'],
    '--trusted-proxy: must be IP addresses or networks such as 10.0.0.0/8, separated by commas, not "10.0.0.0/33"',
  ],
  [
    ['--announce', 'relay.example'],
    '--announce: must be multiaddrs, separated by commas, not "relay.example"',
  ],
  [
    ['--turn-external-ip', '10.0.0.1/x'],
    '--turn-external-ip: must be IP addresses, or pairs OUTER/INNER, separated by commas, not "10.0.0.1/x"',
  ],
  [['--turn', 'perhaps'], '--turn: must be auto, true or false, not "perhaps"'],
  [['--log-level', 'loud'], '--log-level: must be one of debug, info, warn, error, not "loud"'],
  [['--no-port'], '--no-port: no such option, see --help'],
  [['--prot', '1'], '--prot: no such option, see --help'],
  [['serve'], 'serve: not an option'],
])('%j is refused in one line', (args, words) => {
  expect(problemOf(args)).toBe(words);
});

test('a wrong value names where it came from', () => {
  expect(problemOf([], { WOXLY_MAX_RESERVATIONS: 'many' })).toMatch(/^WOXLY_MAX_RESERVATIONS: /);
  expect(problemOf(['--config', 'r.json'], {}, '{"max-reservations": -1}')).toMatch(
    /^config r.json: max-reservations: /,
  );
  expect(problemOf(['--config', 'r.json'], {}, '{"ports": 1}')).toBe(
    'config r.json: ports: no such option',
  );
  expect(problemOf(['--config', 'r.json'], {}, '{')).toBe('--config: r.json is not JSON');
  expect(problemOf(['--config', 'r.json'], {}, '[]')).toBe(
    '--config: r.json must hold one JSON object',
  );
});

test.each([
  '0.0.0.0/0',
  '0.0.0.0/1,128.0.0.0/1',
  '10.0.0.0/7',
  '::/0',
  '2000::/3',
  '::/80',
  '::ffff:0:0/96',
  '::ffff:10.0.0.0/104',
  '0:0:0:0:0:ffff::/97',
  '10.0.0.1,0.0.0.0/0',
])('%s is nobody’s own network', (value) => {
  for (const [flag, why] of [
    ['--trusted-proxy', 'everybody could claim to be anybody'],
    ['--turn-allow-peer', 'TURN would reach everything'],
  ] as const) {
    expect(problemOf([flag, value])).toBe(
      `${flag}: must be addresses and networks of your own, at least /8 (IPv6 /16, written as such): else ${why}, not ${JSON.stringify(value)}`,
    );
  }
});

test('networks that somebody has are taken', () => {
  const own = ['10.0.0.0/8', '104.16.0.0/13', '192.0.2.1', 'fc00::/7', '2400:cb00::/32', '::1'];
  expect(optionsOf(['--trusted-proxy', own.join(',')]).trustedProxy).toEqual(own);
});

test.each(['a\nb', 'a\rb', 'a\tb', 'a\0b', 'a\u2028b', 'a\u202eb', 'a\u009bb'])(
  'control characters are in no option: %j',
  (value) => {
    const wrong = 'must not hold line breaks or other control characters';
    for (const flag of ['--operator', '--data', '--turn-certificate', '--peer', '--announce']) {
      expect(problemOf([flag, value])).toBe(`${flag}: ${wrong}, not ${JSON.stringify(value)}`);
    }
    expect(problemOf(['--config', 'x'], {}, JSON.stringify({ operator: value }))).toContain(wrong);
  },
);

test('what Kubernetes says of a service named woxly, or woxly-turn, is no option', () => {
  const environment = {
    WOXLY_PORT: 'tcp://10.43.0.7:8080',
    WOXLY_TURN_PORT: 'udp://10.43.0.8:3478',
    WOXLY_WEBRTC_PORT: 'UDP://10.43.0.8:1',
    WOXLY_SERVICE_HOST: '10.43.0.7',
    WOXLY_PORT_8080_TCP_PORT: '8080',
  };
  expect(readOptions([], environment)).toEqual({
    do: 'run',
    options: defaultOptions(),
    ignored: ['WOXLY_PORT', 'WOXLY_WEBRTC_PORT', 'WOXLY_TURN_PORT'],
  });
  expect(optionsOf(['--port', '1'], environment).port).toBe(1);
  expect(problemOf([], { WOXLY_PORT: 'http://x' })).toMatch(/^WOXLY_PORT: /);
  expect(problemOf(['--port', 'tcp://10.43.0.7:8080'])).toMatch(/^--port: /);
});

test('--help and --version ask for nothing else to be right', () => {
  expect(readOptions(['--port', 'x', '--help'], {})).toEqual({ do: 'help' });
  expect(readOptions(['-h'], {})).toEqual({ do: 'help' });
  expect(readOptions(['--version'], {})).toEqual({ do: 'version' });
});

test('the README names every option', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (const name of OPTION_NAMES) {
    expect(readme).toContain(`\`--${flagName(name)}`);
    expect(readme).toContain(`\`${environmentName(name)}\``);
  }
});

test('per-address limits spare loopback only where nobody else can come from it', () => {
  const exempt = (args: string[]) => isLoopbackExempt(optionsOf(args, {}, '{}'));
  expect(exempt([])).toBe(true);
  expect(exempt(['--host', '127.0.0.1'])).toBe(true);
  expect(exempt(['--host', '0.0.0.0'])).toBe(false);
  expect(exempt(['--public-url', 'https://relay.example'])).toBe(false);
  expect(exempt(['--trusted-proxy', '127.0.0.1'])).toBe(false);
  expect(exempt(['--exempt-loopback', 'false'])).toBe(false);
  expect(exempt(['--host', '0.0.0.0', '--exempt-loopback', 'true'])).toBe(true);
});
