/** Below this a level is drawn as silence: it is the noise of the microphone itself. */
const NOISE_FLOOR = 0.01;
/** How often a level is read, ms. An eye takes it for the voice; a frame at each refresh costs as much as the call itself. */
const READ_EVERY_MS = 125;
/** What an eye can tell apart: a level that stays within a step is not drawn again. */
const STEPS = 12;

/**
 * Calls `draw` with a level, 0 to 1, when it has changed and `element` can be seen, until the returned function is
 * called. Loudness is heard on a logarithmic scale, so the square root is drawn: a quiet voice is seen to move.
 */
export function drawLevels(
  element: Element,
  read: () => number,
  draw: (shown: number) => void,
): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  let shown = NaN;

  // No frame is asked for: one in which nothing has changed costs nearly what another does.
  const step = () => {
    if (document.visibilityState === 'hidden') return;
    const level = read();
    const steps = level < NOISE_FLOOR ? 0 : Math.round(Math.min(1, Math.sqrt(level)) * STEPS);
    if (steps !== shown) draw(steps / STEPS);
    shown = steps;
  };
  const sight = new IntersectionObserver((entries) => {
    clearInterval(timer);
    if (entries.at(-1)?.isIntersecting) timer = setInterval(step, READ_EVERY_MS);
  });
  sight.observe(element);
  return () => {
    sight.disconnect();
    clearInterval(timer);
  };
}
