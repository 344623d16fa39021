import type { IceServer, OpenMicrophone } from './media.ts';

/** What one STUN or TURN server answered. */
export interface IceAnswer {
  /** The address and port as the server sees us, `1.2.3.4:56789`; absent if it did not say. */
  readonly mapped?: string;
  /** The address that the server sees is this device's own: there is no NAT on the way. */
  readonly open?: true;
  /** A relayed address was allocated. */
  readonly relayed: boolean;
  /** How long it took until the first of them, ms. */
  readonly tookMs: number;
}

/** What an own voice that went out and came back brought. */
export interface Echo {
  /** The TURN server that carries it: its host name or address. Where the browser does not tell, all that it may be. */
  readonly turnHosts: readonly string[];
  /** Loudness of what came back, 0 to 1. */
  level(): number;
  /** From the microphone to the speaker, as far as the network and buffers tell, ms; `undefined` while unknown. */
  delayMs(): Promise<number | undefined>;
  close(): void;
}

/** Tries STUN and TURN servers as calls would use them. */
export interface IceProbe {
  /**
   * Asks each server for a candidate. Resolves when all have answered or at the signal: one entry a server, `undefined`
   * for no answer.
   */
  ask(
    servers: readonly IceServer[],
    signal: AbortSignal,
  ): Promise<readonly (IceAnswer | undefined)[]>;
  /**
   * The addresses and ports, `1.2.3.4:56789`, that these STUN servers see for one and the same local port, each once:
   * more than one port at an address means a NAT that maps by destination (RFC 4787, 4.1), "symmetric".
   */
  mappings(servers: readonly IceServer[], signal: AbortSignal): Promise<readonly string[]>;
  /** Sends a microphone's sound out through a TURN server and back here, and plays it. @throws when no path comes up. */
  echo(
    microphone: OpenMicrophone,
    servers: readonly IceServer[],
    signal: AbortSignal,
  ): Promise<Echo>;
}
