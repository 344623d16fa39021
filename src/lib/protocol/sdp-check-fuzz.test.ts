import { BlockList, isIP } from 'node:net';
import { expect, test } from 'vitest';
import { times } from '#lib/testing/full-run.ts';
import { GOOD_SDPS, hostileCandidate, hostileSdp } from '#lib/testing/hostile-sdp.ts';
import { checkCandidate } from './ice-candidate.ts';
import { SDP_MAX_BYTES } from './limits.ts';
import { checkSdp, SDP_M_LINES_MAX } from './sdp-check.ts';

/** Inputs of each fuzz. A seed that fails becomes a named test in `sdp-check.test.ts` or `ice-candidate.test.ts`. */
const SEEDS = times(10_000, 100_000);

/** Addresses that are no peer's, told by Node and not by the code under test; mapped ones (::ffff:0:0/96) as well. */
const NOBODYS = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['127.0.0.0', 8],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  NOBODYS.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 104],
  ['::1', 128],
  ['ff00::', 8],
  ['fe80::', 10],
  ['2001::', 32],
  // The same through NAT64 (RFC 6052), 6to4 (RFC 3056), compatible and translated addresses (RFC 2765).
  ['::ffff:0:0:0', 104],
  ['::ffff:0:7f00:0', 104],
  ['::ffff:0:e000:0', 99],
  ['64:ff9b::7f00:0', 104],
  ['64:ff9b::', 104],
  ['64:ff9b::e000:0', 99],
  ['2002:7f00::', 24],
  ['2002::', 24],
  ['2002:e000::', 19],
  ['::7f00:0', 104],
  ['::e000:0', 99],
] as const) {
  NOBODYS.addSubnet(net, prefix, 'ipv6');
}

/** Whether a browser may be told to send there: an address of somebody, or a name of the local network. */
function isSomebodys(address: string): boolean {
  if (/^[0-9a-f-]{36}\.local$/i.test(address)) return true;
  const version = isIP(address);
  return version !== 0 && !NOBODYS.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** What must hold of a candidate line that is let through. */
function candidateHolds(line: string): boolean {
  const fields = line.split(' ');
  return (
    // Words of a grammar are the same in any case (RFC 5234, 2.3).
    /^candidate:[\x21-\x7e]+( [\x21-\x7e]+)+$/i.test(line) &&
    line.length <= 512 &&
    isSomebodys(fields[4] ?? '') &&
    fields[2]?.toLowerCase() === 'udp' &&
    Number(fields[5]) >= 1024 &&
    Number(fields[5]) < 65_536 &&
    fields[6]?.toLowerCase() === 'typ'
  );
}

/** What does not hold of an SDP that was let through, looked at without the checker's own code. */
function broken(sdp: string, fingerprint: string): string | undefined {
  const again = checkSdp(sdp);
  if (again?.sdp !== sdp || again.fingerprint !== fingerprint) return 'parses to something else';
  if (sdp.length > SDP_MAX_BYTES) return 'too long';
  const lines = sdp.split('\r\n');
  if (lines.pop() !== '') return 'does not end';
  if (!lines.every((line) => /^[voscbtma]=[\x20-\x7e]*$/.test(line))) return 'a strange line';
  if (/crypto/i.test(sdp) && /^a=crypto/im.test(sdp)) return 'SDES';
  const prints = lines.filter((line) => /^a=fingerprint/i.test(line));
  if (!prints.every((line) => line === `a=fingerprint:sha-256 ${fingerprint}`))
    return 'two fingerprints';
  if (prints.length === 0 || !/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/.test(fingerprint))
    return 'no fingerprint';
  const media = lines.filter((line) => line.startsWith('m='));
  if (media.length < 1 || media.length > SDP_M_LINES_MAX) return 'too many sections';
  if (!media.every((line) => / [09] UDP\/(TLS\/RTP\/SAVPF|DTLS\/SCTP) /.test(line)))
    return 'transport';
  if (/^a=(candidate|end-of)/im.test(sdp)) return 'a candidate';
  const elsewhere = lines.filter((line) => /^(c=|a=rtcp:|a=remote-candidates)/.test(line));
  if (!elsewhere.every((line) => / ?IN IP4 0\.0\.0\.0$/.test(line))) return 'an address';
  return undefined;
}

test('what is mutated was good', () => {
  for (const sdp of GOOD_SDPS) expect(checkSdp(sdp)).toBeDefined();
});

test(
  `SDP: never throws, and keeps its promises, over ${SEEDS} hostile inputs`,
  { timeout: 120_000 },
  () => {
    const failed: string[] = [];
    let taken = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const checked = checkSdp(hostileSdp(seed));
      if (checked === undefined) continue;
      taken += 1;
      const why = broken(checked.sdp, checked.fingerprint);
      if (why !== undefined) failed.push(`seed ${seed}: ${why}`);
    }
    expect(failed.slice(0, 10)).toEqual([]);
    // Else the inputs were only noise and nothing was looked at, or nothing was refused.
    expect(taken).toBeGreaterThan(SEEDS / 10);
    expect(taken).toBeLessThan(SEEDS / 2);
  },
);

test(`candidates: none leads to nobody, over ${SEEDS} hostile lines`, { timeout: 120_000 }, () => {
  const failed: string[] = [];
  let taken = 0;
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const line = hostileCandidate(seed);
    if (line === '' || !checkCandidate(line)) continue;
    taken += 1;
    if (!candidateHolds(line)) failed.push(`seed ${seed}: ${line}`);
  }
  expect(failed.slice(0, 10)).toEqual([]);
  expect(taken).toBeGreaterThan(SEEDS / 20);
  expect(taken).toBeLessThan(SEEDS / 2);
});
