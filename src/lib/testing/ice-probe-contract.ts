import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IceProbe } from '#lib/ports/ice-probe.ts';
import type { OpenMicrophone } from '#lib/ports/media.ts';

/** The address and port that a STUN server sees, that there is no NAT before it, or what a TURN server does. */
export type ServerAnswer = { readonly sees: string } | 'no NAT' | 'relays' | 'refuses';

/** A browser, and STUN and TURN servers that answer as a test says. */
export interface IceProbePlace {
  readonly probe: IceProbe;
  /** What is answered at this URL; at all others nobody answers. */
  server(url: string, answer: ServerAnswer): void;
  /** Whether sound comes back that was sent out. */
  echoes(works: boolean): void;
  /** One that makes itself heard. */
  microphone(): Promise<OpenMicrophone>;
  close(): void;
}

const [FIRST, SECOND] = ['stun:first.example:3478', 'stun:second.example:3478'];
const [TURN, SECOND_TURN] = ['turn:first.example:3478', 'turn:second.example:3478'];
const LOGIN = { username: 'x', credential: 'x' };
const [SEEN, SEEN_ELSEWHERE] = ['198.51.100.7:40000', '198.51.100.7:40001'];

const stun = (...urls: string[]) => ({ urls });
const turn = (...urls: string[]) => ({ urls, ...LOGIN });

/** Browsers take their time. */
const SOON = { timeout: 15_000, interval: 20 };

const never = new AbortController().signal;

/** What every implementation of {@link IceProbe} promises. `newPlace` makes one for each test. */
export function iceProbeContract(name: string, newPlace: () => IceProbePlace): void {
  describe(`${name} keeps the promises of IceProbe`, () => {
    let place: IceProbePlace;
    let probe: IceProbe;
    beforeEach(() => {
      place = newPlace();
      ({ probe } = place);
    });
    afterEach(() => {
      place.close();
    });

    test('each server has its own answer, in their order', async () => {
      place.server(FIRST, { sees: SEEN });
      place.server(SECOND, 'no NAT');
      place.server(TURN, 'relays');
      place.server(SECOND_TURN, 'refuses');
      const servers = [turn(SECOND_TURN), stun(FIRST), turn(TURN), stun(SECOND)];
      const answers = await probe.ask(servers, never);
      expect(answers).toMatchObject([
        undefined,
        { relayed: false, mapped: SEEN },
        { relayed: true },
        { relayed: false, open: true },
      ]);
      expect(answers[1]?.open).toBeUndefined();
      expect(answers.map((answer) => typeof answer?.tookMs)).toEqual([
        ...['undefined', 'number', 'number', 'number'],
      ]);
    });

    test('a server that refuses is no answer, and is not waited for', async () => {
      place.server(FIRST, 'refuses');
      expect(await probe.ask([stun(FIRST)], never)).toEqual([undefined]);
      expect(await probe.mappings([stun(FIRST)], never)).toEqual([]);
    });

    test('where there is nobody to ask there is no answer', async () => {
      expect(await probe.ask([], never)).toEqual([]);
      expect(await probe.mappings([], never)).toEqual([]);
    });

    test('who is silent is waited for until the signal, and hides no answer of the others', async () => {
      place.server(FIRST, { sees: SEEN });
      place.server(TURN, 'relays');
      const end = new AbortController();
      const over: string[] = [];
      const servers = [stun(FIRST), stun(SECOND), turn(SECOND_TURN), turn(TURN)];
      const asked = probe.ask(servers, end.signal).finally(() => over.push('asked'));
      const mapped = probe
        .mappings([stun(SECOND), stun(FIRST)], end.signal)
        .finally(() => over.push('mapped'));
      await probe.ask([stun(FIRST)], never);
      await probe.mappings([stun(FIRST)], never);
      expect(over).toEqual([]);
      end.abort();
      const silent = undefined;
      expect(await asked).toMatchObject([{ mapped: SEEN }, silent, silent, { relayed: true }]);
      expect(await mapped).toEqual([SEEN]);
    });

    test('a server with several addresses is one, and one of them is enough', async () => {
      place.server(TURN, 'relays');
      const answers = await probe.ask([turn(SECOND_TURN, TURN)], never);
      expect(answers).toMatchObject([{ relayed: true }]);
      expect(answers).toHaveLength(1);
    });

    test('after the signal nobody is asked', async () => {
      place.server(FIRST, { sees: SEEN });
      place.server(TURN, 'relays');
      const servers = [stun(FIRST), turn(TURN)];
      expect(await probe.ask(servers, AbortSignal.abort())).toEqual([undefined, undefined]);
      expect(await probe.mappings([stun(FIRST)], AbortSignal.abort())).toEqual([]);
    });

    test.each([
      ['one', [SEEN], SEEN],
      ['two', [SEEN, SEEN_ELSEWHERE], SEEN_ELSEWHERE],
    ])('each mapping of a port is told once: %s', async (_many, mappings, second) => {
      place.server(FIRST, { sees: SEEN });
      place.server(SECOND, { sees: second });
      expect([...(await probe.mappings([stun(FIRST), stun(SECOND)], never))].sort()).toEqual(
        mappings,
      );
    });

    test('own voice comes back, with how late it is, until that is closed', async () => {
      place.echoes(true);
      const microphone = await place.microphone();
      const echo = await probe.echo(microphone, [], never);
      await expect.poll(() => echo.level(), SOON).toBeGreaterThan(0.1);
      await expect.poll(() => echo.delayMs(), SOON).toBeGreaterThan(0);
      echo.close();
      echo.close();
      expect(echo.level()).toBe(0);
      microphone.close();
    });

    test('without a way back there is no echo, at the signal at the latest', async () => {
      place.echoes(false);
      const microphone = await place.microphone();
      const end = new AbortController();
      const going = probe.echo(microphone, [], end.signal);
      end.abort();
      await expect(going).rejects.toMatchObject({ reason: 'no-path' });
      place.echoes(true);
      const late = probe.echo(microphone, [], AbortSignal.abort());
      await expect(late).rejects.toMatchObject({ reason: 'no-path' });
      microphone.close();
    });
  });
}
