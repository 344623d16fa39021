import type { RelayOptions } from '../options/options.ts';
import { isLoopback } from './remote-address.ts';

/** Behind a proxy on this machine everybody comes from loopback; alone on it, nobody else can. */
export function isLoopbackExempt(
  options: Pick<RelayOptions, 'exemptLoopback' | 'host' | 'publicUrl' | 'trustedProxy'>,
): boolean {
  const { exemptLoopback, host, publicUrl, trustedProxy } = options;
  if (exemptLoopback !== 'auto') return exemptLoopback;
  const alone = host === 'localhost' || isLoopback(host);
  return alone && !publicUrl && trustedProxy.length === 0;
}
