import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Runs a program for as long as standard input stays open, and not a moment longer. The relay holds the other end: when
 * it ends, in whatever way (SIGKILL included), the system closes it, and the program is killed. It has no state to save.
 * A line on standard input makes it read its certificate again.
 */
const WATCHDOG = `
umask 077
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
( while read -r line <&3; do kill -USR2 "$program"; done; kill -KILL "$program" ) >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait "$program"
code=$?
kill "$watch" 2>/dev/null
exit "$code"
`;

/** A running TURN server. */
export interface TurnProcess {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Has it read its certificate and key again; what is open goes on. */
  reload(): void;
  /** Ends it. */
  kill(): void;
}

/** Starts `turnserver` with a configuration file. `onLine` gets every line that it prints. */
export function runTurnserver(
  program: string,
  configuration: string,
  onLine: (line: string) => void,
): TurnProcess {
  const child = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', program, '-c', configuration], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // A Ctrl-C in the terminal is for the relay, which stops it in order.
    detached: true,
  });
  createInterface({ input: child.stdout }).on('line', onLine);
  child.stdin.on('error', () => undefined);
  const kill = () => void child.stdin.destroy();
  const ended = new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('exit', () => {
      // Were the shell alone killed, this still ends the program.
      kill();
      resolve();
    });
  });
  return { ended, kill, reload: () => void child.stdin.write('\n') };
}
