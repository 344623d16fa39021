import { expect, test } from 'vitest';
import { figuresOf, grown } from './figures.ts';

const text = (streams: number, allowed: number, tooOften: number) => `# HELP woxly_x Something
woxly_connections_cut_total{reason="streams"} ${streams}
woxly_connections_refused_total{transport="websocket",reason="busy"} 7
woxly_circuits_asked_total{outcome="allowed"} ${allowed}
woxly_circuits_asked_total{outcome="too-often"} ${tooOften}
woxly_connections_taken_total{transport="websocket"} 900
woxly_unexpected_errors_total 0
woxly_turn_refused_total{reason="forbidden-peer"} ${allowed}
woxly_connections 4
`;

test('what grew against somebody is told, most first, and nothing else', () => {
  const before = figuresOf(text(1, 10, 3));
  expect(grown(before, figuresOf(text(5, 99, 93)))).toBe(
    'circuits asked (too-often) 90; connections cut (streams) 4',
  );
  expect(grown(before, before)).toBe('');
});

test('what was never counted before counts from nothing', () => {
  const errors = figuresOf('woxly_unexpected_errors_total 2\n');
  expect(grown(figuresOf(''), errors)).toBe('unexpected errors 2');
});
