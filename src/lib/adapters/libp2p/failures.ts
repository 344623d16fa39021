import { WoxlyError } from '#lib/domain/errors.ts';
import type { NetworkError, NetworkFailure } from '#lib/ports/peer-network.ts';

/** Any failure of libp2p as one of our reasons. A WebSocket that cannot connect rejects with a DOM event. */
export function networkError(cause: unknown, signal: AbortSignal | undefined): NetworkError {
  if (cause instanceof WoxlyError) return cause as NetworkError;
  return new WoxlyError(reasonOf(cause, signal), { cause });
}

function reasonOf(cause: unknown, signal: AbortSignal | undefined): NetworkFailure {
  const text = messageOf(cause);
  if (text.includes('NO_RESERVATION')) return 'no-reservation';
  if (text.includes('RESERVATION_REFUSED') || text.includes('RESOURCE_LIMIT')) return 'refused';
  if (signal?.aborted === true) return 'aborted';
  return 'unreachable';
}

function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join('\n');
  return cause instanceof Error ? `${cause.message}\n${messageOf(cause.cause)}` : '';
}
