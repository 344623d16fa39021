import type { Stat } from './report.ts';

/** The host of a `turn:` or `turns:` address (RFC 7065), without port and transport. */
export function hostOf(url: string | undefined): string | undefined {
  return /^turns?:(\[[^\]]+\]|[^:?]+)/.exec(url ?? '')?.[1];
}

/**
 * The TURN server that a relayed candidate of this side is of, or all that it may be of. Firefox does not tell; but the
 * address is that of the server itself, which is known where its URL has the address in place of a name.
 */
export function turnHosts(
  connection: RTCPeerConnection,
  local: Pick<Stat, 'url' | 'address'> | undefined,
): readonly string[] {
  const told = hostOf(local?.url);
  if (told !== undefined) return [told];
  const urls = connection.getConfiguration().iceServers?.flatMap((server) => server.urls) ?? [];
  const hosts = [...new Set(urls.flatMap((url) => hostOf(url) ?? []))];
  const here = hosts.find((host) => host.replace(/^\[|\]$/g, '') === local?.address);
  return here === undefined ? hosts : [here];
}
