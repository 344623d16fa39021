/** How long each of the two titles is shown, ms. */
const FLASH_MS = 1000;

/** How many titles flash, and the one from before. */
let flashing = 0;
let usual = '';

/** Alternates the page's title with `title` until the returned function is called. */
export function flashTitle(title: string): () => void {
  if (flashing === 0) usual = document.title;
  flashing += 1;
  const flip = () => {
    document.title = document.title === title ? usual : title;
  };
  flip();
  const timer = setInterval(flip, FLASH_MS);
  let over = false;
  return () => {
    if (over) return;
    over = true;
    flashing -= 1;
    clearInterval(timer);
    document.title = usual;
  };
}
