/** Something that is wrong with what is on the screen, in words. */
export type LayoutFault = string;

/**
 * Runs in the page. Looks at what lies on top: whether anything is wider than the screen, whether two things lie over each other,
 * and whether everything that can be pressed can be brought into view and is then what a finger hits. The buttons of the names
 * in `atOnce` have to be there without that.
 */
export function layoutFaults(atOnce: readonly string[]): readonly LayoutFault[] {
  /** Less is a shadow, a border, or letters that reach out of their line. */
  const SLACK_PX = 2;
  // What is half risen is not where it will be.
  for (const animation of document.getAnimations()) {
    if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
  }
  const visible = (selector: string) => [...document.querySelectorAll(selector)].filter(seen);
  const top =
    visible('[role="alertdialog"], [role="dialog"]').at(-1) ??
    visible('section[aria-label^="Call with"], section[aria-label^="Разговор"]').at(-1) ??
    document.body;
  const faults: LayoutFault[] = [];

  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) faults.push(`the page is ${wide} px wider than the screen`);

  const pressable = [
    ...top.querySelectorAll('a[href], button, input, select, summary, textarea'),
  ].filter((one) => seen(one) && !one.closest('[inert], .skip'));
  for (const name of atOnce) {
    const one = pressable.find((button) => named(button).endsWith(`“${name}”`));
    const box = one?.getBoundingClientRect();
    if (!one || !box) faults.push(`there is no ${name}`);
    else if (box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight) {
      faults.push(`${name} is off the screen`);
    }
  }
  for (const one of pressable) {
    const target = one.matches('[type="radio"]') ? (one.closest('label') ?? one) : one;
    target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const box = target.getBoundingClientRect();
    if (box.left < -SLACK_PX || box.right > innerWidth + SLACK_PX) {
      faults.push(`${named(one)} is beside the screen`);
    }
    const tall = box.height > innerHeight;
    if (!tall && (box.top < -SLACK_PX || box.bottom > innerHeight + SLACK_PX)) {
      faults.push(`${named(one)} cannot be brought into view`);
    }
    const hit = document.elementFromPoint(
      box.left + box.width / 2,
      box.top + Math.min(box.height, innerHeight) / 2,
    );
    if (!hit || !(target.contains(hit) || hit.contains(target))) {
      faults.push(`${named(one)} lies under ${hit ? named(hit) : 'nothing that can be hit'}`);
    }
  }

  const things = [
    ...top.querySelectorAll('keyed-text, button, input, select, [role="img"], [role="meter"]'),
  ].filter((one) => seen(one) && !one.closest('[inert], .only-read, [aria-hidden="true"]'));
  const boxes = things.map((one) => ({ one, box: clipped(one) }));
  for (const [index, { one: a, box: boxA }] of boxes.entries()) {
    for (const { one: b, box: boxB } of boxes.slice(index + 1)) {
      if (a.contains(b) || b.contains(a) || !together(a, b)) continue;
      const across = Math.min(boxA.right, boxB.right) - Math.max(boxA.left, boxB.left);
      const down = Math.min(boxA.bottom, boxB.bottom) - Math.max(boxA.top, boxB.top);
      if (across > SLACK_PX && down > SLACK_PX) faults.push(`${named(a)} lies over ${named(b)}`);
    }
    if (boxA.right > innerWidth + SLACK_PX) faults.push(`${named(a)} reaches out of the screen`);
  }
  return faults;

  function seen(one: Element): boolean {
    const { width, height } = one.getBoundingClientRect();
    return width > 1 && height > 1 && one.checkVisibility({ visibilityProperty: true });
  }

  /** Two lines of one paragraph may touch; a switch's text lies in its own label. */
  function together(a: Element, b: Element): boolean {
    const inline = (one: Element) => one.closest('p, h1, h2, h3, li, dd, figcaption');
    const [around, other] = [inline(a), inline(b)];
    return around === null || around !== other || a.tagName !== b.tagName;
  }

  /** Where it is seen: what its scrolling ancestors cut away is not. */
  function clipped(one: Element) {
    let { left, right, top, bottom } = one.getBoundingClientRect();
    for (let up = one.parentElement; up; up = up.parentElement) {
      if (getComputedStyle(up).overflow === 'visible') continue;
      const edge = up.getBoundingClientRect();
      [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
      [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
    }
    return { left, right, top, bottom };
  }

  function named(one: Element): string {
    const text = one.getAttribute('aria-label') ?? one.textContent.trim();
    const class_ = one.getAttribute('class')?.split(' ')[0] ?? '';
    return `${one.tagName.toLowerCase()}.${class_} “${text.slice(0, 40)}”`;
  }
}
