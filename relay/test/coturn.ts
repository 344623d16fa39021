import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lpStream } from '@libp2p/utils';
import type { Connection } from '@libp2p/interface';
import { TURN_PROTOCOL } from '#lib/protocol/names.ts';
import { TURN_REQUEST, TURN_RESPONSE } from '#lib/protocol/turn.ts';
import type { TurnResponse } from '#lib/protocol/turn.ts';
import { findTurnserver } from '../src/turn/find-turnserver.ts';
import type { TurnLogin } from '../src/turn/stun-message.ts';
import { aTurnSpeaker } from './turn-speaker.ts';
import type { TurnSpeaker } from './turn-speaker.ts';

/** Whether tests with the real coturn can run here. */
export const hasCoturn = (await findTurnserver('', process.env['PATH'] ?? '')) !== undefined;
if (!hasCoturn) {
  process.stderr.write(
    'TURN tests are skipped: turnserver (Debian package coturn) is not installed\n',
  );
}

/** Asks a relay for credentials. */
export async function askTurn(connection: Connection): Promise<TurnResponse> {
  const stream = await connection.newStream([TURN_PROTOCOL]);
  const frames = lpStream(stream);
  await frames.write(TURN_REQUEST.encode({}));
  const answer = await frames.read({ signal: AbortSignal.timeout(5000) });
  await stream.close();
  const response = TURN_RESPONSE.decode(new Uint8Array(answer.subarray()));
  if (response === undefined) throw new Error('the answer is malformed');
  return response;
}

/** What an answer lets one log in with. */
export function loginOf({ username, credential }: TurnResponse): TurnLogin {
  if (username === undefined || credential === undefined) throw new Error('no credentials');
  return { username, credential };
}

/** One that speaks to the TURN server of an answer over UDP. */
export function speakerFor({ urls }: Pick<TurnResponse, 'urls'>): TurnSpeaker {
  const url = urls.find((candidate) => candidate.endsWith('?transport=udp')) ?? '';
  const [, host = '', port] = /^turn:(.+):(\d+)\?/.exec(url) ?? [];
  return aTurnSpeaker(host.replace(/^\[(.*)\]$/, '$1'), Number(port));
}

/** The processes of turnserver that serve the relay with this data folder. */
export function turnProcesses(folder: string): number[] {
  const file = join(folder, 'turn', 'turnserver.conf');
  if (process.platform !== 'linux') {
    const table = execFileSync('ps', ['-ax', '-o', 'pid=,command='], { encoding: 'utf8' });
    const lines = table.split('\n').filter((line) => line.includes(`-c ${file}`));
    return lines.filter((line) => !line.includes('/bin/sh')).map((line) => parseInt(line, 10));
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        const isZombie = / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
        return line.includes(file) && !line[0]?.endsWith('sh') && !isZombie;
      } catch {
        return false; // it has just ended
      }
    });
}
