import './process/small-memory.ts';
import { helpText } from './options/help.ts';
import { endWithLauncher } from './process/launcher.ts';
import { createLog, errorName } from './process/log.ts';
import { OptionError, readOptions, WRONG_OPTION_EXIT } from './options/read-options.ts';
import { endOnSignals, FAILED_EXIT } from './process/signals.ts';
import { startRelay } from './start-relay.ts';
import { version } from './version.ts';

/** The relay as a process: options in, one relay, signals, exit codes. */

async function main(): Promise<void> {
  const command = readOptions(process.argv.slice(2), process.env);
  if (command.do === 'help') return void process.stdout.write(helpText());
  if (command.do === 'version') return void process.stdout.write(`${version}\n`);

  const log = createLog(command.options.logLevel, (line) => void process.stderr.write(line));
  for (const name of command.ignored) {
    log.info('variable ignored: it is how Kubernetes names a service', { name });
  }
  const starting = startRelay(command.options, log);

  endOnSignals(process, starting, (code) => process.exit(code));
  endWithLauncher();

  const relay = await starting;
  // What a peer provokes deep inside a library costs that peer its connection, not everybody else theirs.
  const onUnexpected = (error: unknown): void => {
    relay.countUnexpected();
    log.error('unexpected error', { error: errorName(error) });
    log.debug('unexpected error', {
      stack: error instanceof Error ? String(error.stack) : String(error),
    });
  };
  process.on('uncaughtException', onUnexpected);
  process.on('unhandledRejection', onUnexpected);

  if (!relay.hasApp) log.warn('no app to serve', { app: command.options.app });
  process.stdout.write(`WOXLY is ready at ${relay.url}\n${relay.multiaddrs.join('\n')}\n`);
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`woxly relay: ${message.split('\n', 1)[0]}\n`);
  process.exit(error instanceof OptionError ? WRONG_OPTION_EXIT : FAILED_EXIT);
});
