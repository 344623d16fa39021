import type { Bytes } from '#lib/domain/bytes.ts';

export interface Random {
  /** Unpredictable bytes. */
  bytes(length: number): Bytes;
  /** A number from 0 (inclusive) to 1 (exclusive), for jitter; not a secret. */
  unit(): number;
}
