import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { execute } from './execute.ts';
import type { Namespace } from './namespace.ts';
import { shapeWords } from './shape.ts';
import type { LinkShape } from './shape.ts';

/** What a link carried in one direction since it was laid. */
export interface Carried {
  readonly packets: number;
  readonly bytes: number;
  /** Lost as told, or while it was cut. */
  readonly lost: number;
  /** Dropped because a queue was full. */
  readonly overflow: number;
}

type Program = ChildProcessByStdio<Writable, Readable, null>;

let program: string | undefined;

/** Compiles `wire.c` once a process. */
function wireProgram(): string {
  if (program === undefined) {
    program = join(mkdtempSync(join(tmpdir(), 'wire-')), 'wire');
    execute(['cc', '-O2', '-o', program, join(import.meta.dirname, 'wire.c')]);
  }
  return program;
}

/** A link between a box and the internet, made of a program: it vanishes with it. */
export class Wire {
  readonly #process: Program;
  readonly #answers: AsyncIterator<string>;
  #queue: Promise<unknown> = Promise.resolve();
  #shape: LinkShape;
  #cut = false;

  private constructor(process: Program, shape: LinkShape) {
    this.#process = process;
    this.#shape = shape;
    this.#answers = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    // A wire that has ended is noticed by the answer that does not come.
    process.stdin.on('error', () => undefined);
  }

  /** Lays a link from `device` in a box to `far` in the namespace of this process. Both are still down. */
  static async lay(box: Namespace, device: string, far: string, shape: LinkShape): Promise<Wire> {
    const started = spawn(wireProgram(), [box.name, device, far], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const wire = new Wire(started, shape);
    await wire.#answer();
    await wire.reshape(shape);
    return wire;
  }

  get shape(): LinkShape {
    return this.#shape;
  }

  /** Resolves when the new shape is in force; packets on their way keep the time that they were given. */
  async reshape(shape: LinkShape): Promise<void> {
    this.#shape = shape;
    await this.#tell(`shape 0 ${shapeWords(shape.up, this.#cut)}`);
    await this.#tell(`shape 1 ${shapeWords(shape.down, this.#cut)}`);
  }

  /** Drops everything without a word, or stops doing so. */
  async setCut(cut: boolean): Promise<void> {
    this.#cut = cut;
    await this.reshape(this.#shape);
  }

  async stats(): Promise<{ readonly up: Carried; readonly down: Carried }> {
    const numbers = (await this.#tell('stats')).split(' ').map(Number);
    const carried = (from: number): Carried => {
      const [packets = NaN, bytes = NaN, lost = NaN, overflow = NaN] = numbers.slice(from);
      return { packets, bytes, lost, overflow };
    };
    return { up: carried(0), down: carried(4) };
  }

  async close(): Promise<void> {
    const gone = once(this.#process, 'exit');
    if (this.#process.exitCode !== null) return;
    this.#process.stdin.end();
    await gone;
  }

  /** One command and its answer at a time. */
  #tell(command: string): Promise<string> {
    const told = this.#queue.then(() => {
      this.#process.stdin.write(`${command}\n`);
      return this.#answer();
    });
    this.#queue = told.catch(() => undefined);
    return told;
  }

  async #answer(): Promise<string> {
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error('A wire of the laboratory has broken.');
    return answer.value;
  }
}
