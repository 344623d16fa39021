import { expect, test } from 'vitest';
import { ASLEEP_MS, FIRST_PACKET_MS, PACKETS_MISSING_MS, PacketWatch } from './packet-watch.ts';

const LOOK_MS = 250;

/** A watch over a line on which packets come or not, looked at every 250 ms. */
function watched() {
  const watch = new PacketWatch();
  let [now, sound, any] = [0, 0, 0];
  const look = () => watch.look(now, { sound, any }).missing;
  return {
    watch,
    /** Time goes by; says for how long until packets were first called missing, or `undefined`. */
    pass(duration: number, comes: 'sound' | 'other' | 'nothing') {
      let missingAfter: number | undefined;
      for (let passed = LOOK_MS; passed <= duration; passed += LOOK_MS) {
        now += LOOK_MS;
        if (comes === 'sound') sound += 12;
        if (comes !== 'nothing') any += 12;
        if (look()) missingAfter ??= passed;
      }
      return missingAfter;
    },
    /** Nobody looks for so long. */
    sleep(duration: number) {
      now += duration;
      return look();
    },
    restart: () => (sound = 0),
  };
}

function talking() {
  const line = watched();
  line.watch.expect(true);
  line.pass(1000, 'sound');
  return line;
}

test('a second without packets is told, and that they came again', () => {
  const line = talking();
  expect(line.pass(5000, 'nothing')).toBe(PACKETS_MISSING_MS);
  expect(line.pass(5000, 'sound')).toBe(undefined);
  expect(line.pass(5000, 'other')).toBe(PACKETS_MISSING_MS);
});

test('nothing is expected before the first word, nor of a peer who sends nothing', () => {
  const line = watched();
  expect(line.pass(60_000, 'nothing')).toBe(undefined);
  line.watch.expect(true);
  line.pass(1000, 'sound');
  line.watch.expect(false);
  expect(line.pass(60_000, 'nothing')).toBe(undefined);
});

test('the first packet may take its time', () => {
  const line = watched();
  line.watch.expect(true);
  // The look that sees no counter to compare with counts for nothing.
  expect(line.pass(10_000, 'nothing')).toBe(FIRST_PACKET_MS + LOOK_MS);
});

test('the time asleep counts for nothing', () => {
  const line = talking();
  line.pass(PACKETS_MISSING_MS - LOOK_MS, 'nothing');
  expect(line.sleep(60_000)).toBe(false);
  expect(line.pass(5000, 'nothing')).toBe(PACKETS_MISSING_MS);
  expect(line.sleep(60_000)).toBe(true);
});

test('looks a second apart, as a hidden page has them, are enough', () => {
  const line = talking();
  expect(line.sleep(1000)).toBe(true);
  const late = talking();
  expect(late.sleep(ASLEEP_MS + 1)).toBe(false);
});

test('a clock that was set back proves nothing', () => {
  const line = talking();
  expect(line.sleep(-3_600_000)).toBe(false);
  expect(line.pass(5000, 'nothing')).toBe(PACKETS_MISSING_MS);
});

test('missing stays until something comes, also when the peer then sends nothing', () => {
  const line = talking();
  line.pass(2000, 'nothing');
  line.watch.expect(false);
  expect(line.pass(1000, 'nothing')).toBe(LOOK_MS);
  expect(line.pass(1000, 'other')).toBe(undefined);
});

test('a counter that begins anew is a packet that came', () => {
  const line = talking();
  line.pass(2000, 'nothing');
  line.restart();
  expect(line.sleep(LOOK_MS)).toBe(false);
});
