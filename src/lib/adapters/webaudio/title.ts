/** How long each of the two titles is shown, ms. */
const FLASH_MS = 1000;

/** Alternates the page's title with `title` until the returned function is called. */
export function flashTitle(title: string): () => void {
  const usual = document.title;
  const flip = () => {
    document.title = document.title === title ? usual : title;
  };
  flip();
  const timer = setInterval(flip, FLASH_MS);
  return () => {
    clearInterval(timer);
    document.title = usual;
  };
}
