import { afterEach, expect, test, vi } from 'vitest';
import type { OpenMicrophone } from '#lib/ports/media.ts';
import { iceProbeContract } from '#lib/testing/ice-probe-contract.ts';
import type { ServerAnswer } from '#lib/testing/ice-probe-contract.ts';
import { openEcho } from './echo.ts';
import { browserIceProbe } from './ice-probe.ts';
import { browserMicrophones } from './microphones.ts';

const never = new AbortController().signal;
const closing: { close(): void }[] = [];
afterEach(() => {
  for (const one of closing.splice(0)) one.close();
});

async function microphone(): Promise<OpenMicrophone> {
  const opened = await browserMicrophones.open(undefined, never);
  closing.push(opened);
  return opened;
}

const [OWN_ADDRESS, OWN_PORT] = ['192.0.2.1', 5000];

/** A candidate as a browser tells it. */
const candidate = (endpoint: string, type: string) =>
  new RTCIceCandidate({
    candidate: `candidate:1 1 udp 1 ${endpoint.replace(':', ' ')} typ ${type} raddr ${OWN_ADDRESS} rport ${OWN_PORT}`,
    sdpMid: '0',
  });

/** As much of a connection as gathers candidates, of servers that answer as is given here. */
function gatheringFrom(answers: ReadonlyMap<string, ServerAnswer>) {
  return class extends EventTarget {
    readonly #init: RTCConfiguration;
    #closed = false;

    constructor(init: RTCConfiguration) {
      super();
      this.#init = init;
    }

    createDataChannel(): void {
      // It has none.
    }

    async createOffer() {
      return { type: 'offer', sdp: '' };
    }

    async setLocalDescription(): Promise<void> {
      // What comes of the network comes later.
      setTimeout(() => {
        this.#gather();
      });
    }

    close(): void {
      this.#closed = true;
    }

    #tell(event: Event): void {
      if (!this.#closed) this.dispatchEvent(event);
    }

    #found(endpoint: string, type: string): void {
      const found = candidate(endpoint, type);
      this.#tell(new RTCPeerConnectionIceEvent('icecandidate', { candidate: found }));
    }

    #gather(): void {
      const { iceServers = [], iceTransportPolicy } = this.#init;
      if (iceTransportPolicy !== 'relay') this.#found(`${OWN_ADDRESS}:${OWN_PORT}`, 'host');
      const urls = iceServers.flatMap((server) => server.urls);
      for (const answer of urls.map((url) => answers.get(url))) {
        if (answer === 'relays') this.#found('203.0.113.9:50000', 'relay');
        else if (answer === 'refuses') this.#tell(new Event('icecandidateerror'));
        else if (typeof answer === 'object') this.#found(answer.sees, 'srflx');
      }
      const complete = urls.every((url) => answers.has(url));
      if (complete) this.#tell(new RTCPeerConnectionIceEvent('icecandidate', { candidate: null }));
    }
  };
}

/** There are no such servers here: of those a connection tells what it would, but own voice truly goes round. */
iceProbeContract('the browser', () => {
  const answers = new Map<string, ServerAnswer>();
  const simulated = <T>(ask: () => T): T => {
    vi.stubGlobal('RTCPeerConnection', gatheringFrom(answers));
    try {
      return ask();
    } finally {
      vi.unstubAllGlobals();
    }
  };
  let policy: RTCIceTransportPolicy = 'all';
  return {
    probe: {
      ask: (...given) => simulated(() => browserIceProbe.ask(...given)),
      mappings: (...given) => simulated(() => browserIceProbe.mappings(...given)),
      echo: (...given) => openEcho(...given, policy),
    },
    server: (url, answer) => answers.set(url, answer),
    echoes: (works) => (policy = works ? 'all' : 'relay'),
    microphone,
    close: () => undefined,
  };
});

/** Nobody listens there. */
const SILENT_BOTH = {
  urls: ['stun:127.0.0.1:9', 'turn:127.0.0.1:9'],
  username: 'x',
  credential: 'x',
};
const SILENT_STUN = { urls: ['stun:127.0.0.1:9'] };
const SILENT_TURN = { urls: ['turn:127.0.0.1:9?transport=udp'], username: 'x', credential: 'x' };

test('an echo that went through no server names none', async () => {
  const echo = await openEcho(await microphone(), [], never, 'all');
  closing.push(echo);
  expect(echo.turnHosts).toEqual([]);
});

test('servers that truly do not answer are told as such, each by itself, at the signal', async () => {
  const signal = AbortSignal.timeout(1_000);
  const answers = await browserIceProbe.ask([SILENT_STUN, SILENT_TURN, SILENT_BOTH], signal);
  expect(answers).toEqual([undefined, undefined, undefined]);
  expect(await browserIceProbe.mappings([SILENT_STUN], AbortSignal.timeout(500))).toEqual([]);
});

test('a URL that the browser does not take is no answer', async () => {
  const servers = [{ urls: ['nonsense:x'] }, { urls: ['turn:127.0.0.1:9'] }];
  expect(await browserIceProbe.ask(servers, AbortSignal.timeout(1_000))).toEqual([
    undefined,
    undefined,
  ]);
});

test('through TURN alone it does not go where there is no TURN server', async () => {
  const signal = AbortSignal.timeout(1_000);
  const going = browserIceProbe.echo(await microphone(), [], signal);
  await expect(going).rejects.toMatchObject({ reason: 'no-path' });
});
