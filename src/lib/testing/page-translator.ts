/** Whether a translator is told to leave this alone. */
const left = (node: Node): boolean =>
  node.parentElement?.closest('[translate="no"], font, script, style, textarea, svg') !== null;

/** Puts a text away, and an element with other words in its place, as the translators of Chrome, Edge and Firefox do. */
function translate(text: Node): void {
  const words = text.nodeValue?.trim();
  if (!words || !text.isConnected || left(text)) return;
  const font = document.createElement('font');
  font.append(document.createElement('font'));
  font.firstElementChild?.append(`«${words}»`);
  (text as Text).replaceWith(font);
}

function translateIn(root: Node): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts: Node[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) translate(text);
}

/** Translates the page, and whatever comes to it, until the returned function is called. */
export function translatePage(): () => void {
  translateIn(document.body);
  const observer = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === 'characterData') translate(target);
      for (const node of addedNodes) {
        if (node instanceof Text) translate(node);
        else translateIn(node);
      }
    }
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  return () => observer.disconnect();
}
