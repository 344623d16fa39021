/** Below this a level is drawn as silence: it is the noise of the microphone itself. */
const NOISE_FLOOR = 0.01;

/**
 * Calls `draw` with a level, 0 to 1, at every frame until the returned function is called. Loudness is heard on a
 * logarithmic scale, so the square root is drawn: a quiet voice is seen to move.
 */
export function drawLevels(read: () => number, draw: (shown: number) => void): () => void {
  let frame = requestAnimationFrame(function step() {
    const level = read();
    draw(level < NOISE_FLOOR ? 0 : Math.min(1, Math.sqrt(level)));
    frame = requestAnimationFrame(step);
  });
  return () => cancelAnimationFrame(frame);
}
