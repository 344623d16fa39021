/** How long what was made is given to whoever asks, ms. */
const FRESH_MS = 1_000;

/** Makes something for each key, at most once a second, however often it is asked for. Keys are few. */
export function onceASecond<Key, Made>(
  make: (key: Key) => Made,
  /** A clock that never goes back, ms. */
  now: () => number,
): (key: Key) => Made {
  const made = new Map<Key, Made>();
  let since = -Infinity;
  return (key) => {
    if (now() - since >= FRESH_MS) {
      made.clear();
      since = now();
    }
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
}
