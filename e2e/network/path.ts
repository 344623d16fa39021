import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { Person } from '../person.ts';
import { SERVERS } from './lab/addresses.ts';

/** The addresses between which the voice of a call goes now, as the browser tells (W3C webrtc-stats). */
export interface VoicePath {
  readonly localType: string;
  readonly localAddress: string;
  readonly remoteType: string;
  readonly remoteAddress: string;
}

/** Through a TURN server, or straight between the two networks. */
export type PathKind = 'Direct' | 'Relayed';

/** Every pair of candidates that carries voice now: one, unless something is wrong. */
export function voicePaths(page: Page): Promise<readonly VoicePath[]> {
  return page.evaluate(async () => {
    const ear = (globalThis as never)[Symbol.for('woxly.test.ear')] as {
      connection: RTCPeerConnection;
    }[];
    const paths: VoicePath[] = [];
    for (const { connection } of ear) {
      if (connection.getTransceivers().length === 0) continue;
      if (connection.connectionState !== 'connected') continue;
      const report = (await connection.getStats()) as ReadonlyMap<string, Record<string, unknown>>;
      for (const stat of report.values()) {
        if (stat['type'] !== 'transport') continue;
        const pair = report.get(String(stat['selectedCandidatePairId']));
        const local = report.get(String(pair?.['localCandidateId']));
        const remote = report.get(String(pair?.['remoteCandidateId']));
        if (local === undefined || remote === undefined) continue;
        paths.push({
          localType: String(local['candidateType']),
          localAddress: String(local['address']),
          remoteType: String(remote['candidateType']),
          remoteAddress: String(remote['address']),
        });
      }
    }
    return paths;
  });
}

/** Every address that the page was given, or has found out, for the other side of its voice connections. */
export function remoteAddresses(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const ear = (globalThis as never)[Symbol.for('woxly.test.ear')] as {
      connection: RTCPeerConnection;
    }[];
    const voice = ear.filter(({ connection }) => connection.getTransceivers().length > 0);
    const reports = await Promise.all(voice.map(({ connection }) => connection.getStats()));
    return reports
      .flatMap((report) => [...(report as ReadonlyMap<string, Record<string, unknown>>).values()])
      .filter(({ type }) => type === 'remote-candidate')
      .map(({ address }) => String(address));
  });
}

/** A peer's relayed address is known by the server that it is on: found out by a check it is called `prflx`. */
function kindOf({ localType, remoteType, remoteAddress }: VoicePath): PathKind {
  const servers: readonly string[] = SERVERS;
  const relayed = localType === 'relay' || remoteType === 'relay';
  return relayed || servers.includes(remoteAddress) ? 'Relayed' : 'Direct';
}

/** Waits until the voice goes the way it should: a relayed path may come first and give way to a direct one. */
export async function goes(person: Person, kind: PathKind): Promise<void> {
  await expect
    .poll(async () => (await voicePaths(person.page)).map(kindOf), { timeout: 20_000 })
    .toEqual([kind]);
}

/** Waits until the screen says the same. */
export async function says(person: Person, kind: PathKind): Promise<void> {
  const details = await person.openDialog('Call details');
  await expect(details).toContainText(kind);
  await person.page.keyboard.press('Escape');
  await expect(details).toBeHidden();
}
