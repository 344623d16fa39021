import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { flagName } from '../options/options.ts';
import { OptionError } from '../options/read-options.ts';

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EACCES: 'needs privileges',
  EADDRNOTAVAIL: 'is not an address of this machine',
  ENOTFOUND: 'is not a known host',
};

function refused(
  option: 'port' | 'host' | 'webrtcPort',
  value: string | number,
  error: unknown,
): OptionError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const named = code === 'EADDRNOTAVAIL' ? 'host' : option;
  return new OptionError(
    `--${flagName(named)}: ${value} ${WORDS[code] ?? 'cannot be listened on'}`,
    { cause: error },
  );
}

/** `localhost` is 127.0.0.1, which is what the multiaddrs say; other names are looked up. */
async function addressOf(host: string): Promise<string> {
  if (host === 'localhost') return '127.0.0.1';
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw refused('host', host, error);
  }
}

/**
 * Opens the public port.
 * @throws {OptionError} naming the option when it cannot be had.
 */
export async function listen(
  server: Server,
  host: string,
  port: number,
): Promise<{ host: string; port: number }> {
  const address = await addressOf(host);
  server.listen(port, address);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw refused(
      'port',
      error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL' ? host : port,
      error,
    );
  }
  return { host: address, port: (server.address() as AddressInfo).port };
}

/**
 * Finds out whether a UDP port is free; the WebRTC stack itself does not say.
 * @throws {OptionError} when it is not.
 */
export async function checkUdpPort(host: string, port: number): Promise<void> {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', reuseAddr: false });
  try {
    socket.bind({ port, address: host, exclusive: true });
    await once(socket, 'listening');
  } catch (error) {
    throw refused('webrtcPort', port, error);
  } finally {
    socket.close();
  }
}
