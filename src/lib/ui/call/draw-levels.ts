/** Below this a level is drawn as silence: it is the noise of the microphone itself. */
const NOISE_FLOOR = 0.01;
/** How often a level is drawn, ms. An eye takes it for the voice; each frame costs as much as the call itself. */
const DRAW_EVERY_MS = 70;
/** What an eye can tell apart. */
const STEPS = 50;

/**
 * Calls `draw` with a level, 0 to 1, when it has changed and `element` can be seen, until the returned function is
 * called. Loudness is heard on a logarithmic scale, so the square root is drawn: a quiet voice is seen to move.
 */
export function drawLevels(
  element: Element,
  read: () => number,
  draw: (shown: number) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame = 0;
  let shown = NaN;

  // A page in the background gets no frames, and so no timers either.
  const next = () => {
    timer = setTimeout(() => (frame = requestAnimationFrame(step)), DRAW_EVERY_MS);
  };
  const step = () => {
    const level = read();
    const steps = level < NOISE_FLOOR ? 0 : Math.round(Math.min(1, Math.sqrt(level)) * STEPS);
    if (steps !== shown) draw(steps / STEPS);
    shown = steps;
    next();
  };
  const halt = () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  };
  const sight = new IntersectionObserver((entries) => {
    halt();
    if (entries.at(-1)?.isIntersecting) frame = requestAnimationFrame(step);
  });
  sight.observe(element);
  return () => {
    sight.disconnect();
    halt();
  };
}
