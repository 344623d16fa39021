import { expect, test } from 'vitest';
import { negotiateOptimistically, withOptimisticStreams } from './optimistic.ts';
import type { NegotiatedStream } from './optimistic.ts';

const line = (text: string): number[] => [
  text.length + 1,
  ...new TextEncoder().encode(`${text}\n`),
];
const ANSWER = [...line('/multistream/1.0.0'), ...line('/noise')];

/** A stream that keeps what its reader would get. */
function aStream() {
  const read: number[] = [];
  const errors: string[] = [];
  const stream: NegotiatedStream = {
    onData: (data) => void read.push(...data.subarray()),
    abort: ({ message }) => void errors.push(message),
  };
  const arrive = (...bytes: readonly number[]) => {
    stream.onData(new Uint8Array(bytes));
  };
  return { stream, read, errors, arrive };
}

test('the answer is read at once, and not again when it comes', () => {
  const { stream, read, arrive } = aStream();
  negotiateOptimistically(stream, '/noise');
  expect(read).toEqual(ANSWER);
  arrive(...ANSWER, 1, 2);
  arrive(3);
  expect(read).toEqual([...ANSWER, 1, 2, 3]);
});

test('nor when it comes in parts, wherever it is cut', () => {
  for (let cut = 0; cut <= ANSWER.length; cut += 1) {
    const { stream, read, errors, arrive } = aStream();
    negotiateOptimistically(stream, '/noise');
    arrive(...ANSWER.slice(0, cut));
    arrive(...ANSWER.slice(cut), 7);
    arrive(8);
    expect(read).toEqual([...ANSWER, 7, 8]);
    expect(errors).toEqual([]);
  }
});

test.each([
  ['another protocol', [...line('/multistream/1.0.0'), ...line('na')]],
  ['no multistream', [0, 1, 2]],
])('a peer that answers with %s is told so, and nothing of it is read', (_, answer) => {
  const { stream, read, errors, arrive } = aStream();
  negotiateOptimistically(stream, '/noise');
  arrive(...answer);
  arrive(...ANSWER, 9);
  expect(errors[0]).toBe('the peer does not speak /noise');
  expect(read).toEqual(ANSWER);
});

test('a peer that never answers loses the stream, one that has answered does not', async () => {
  const [silent, prompt] = [aStream(), aStream()];
  for (const { stream } of [silent, prompt]) negotiateOptimistically(stream, '/noise', 20);
  silent.arrive(...ANSWER.slice(0, -1));
  prompt.arrive(...ANSWER);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(silent.errors).toEqual(['the peer does not say whether it speaks /noise']);
  expect(prompt.errors).toEqual([]);
});

test('a muxer opens only those streams so that are meant', async () => {
  const opened: ReturnType<typeof aStream>[] = [];
  const factory = {
    createStreamMuxer: () => ({
      createStream: (_?: object) => {
        const made = aStream();
        opened.push(made);
        return Promise.resolve(made.stream);
      },
    }),
  };
  const muxer = withOptimisticStreams(factory, ['/a']).createStreamMuxer();
  await muxer.createStream({ protocol: '/a' });
  await muxer.createStream({ protocol: '/b' });
  await muxer.createStream({ protocol: '/b', optimistic: true });
  await muxer.createStream();
  expect(opened.map(({ read }) => read.length > 0)).toEqual([true, false, true, false]);
});
