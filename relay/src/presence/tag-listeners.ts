/** Hears of a tag. */
type OnTag = (tag: string, publisher?: string) => void;

/** Who hears of which tag. Nearly every tag is watched by one person, so that one alone costs no list. */
export interface TagListeners {
  add(tag: string, listener: OnTag): void;
  delete(tag: string, listener: OnTag): void;
  tell(tag: string, publisher?: string): void;
}

export function createTagListeners(): TagListeners {
  const byTag = new Map<string, OnTag | Set<OnTag>>();
  return {
    add(tag, listener) {
      const there = byTag.get(tag);
      if (there === undefined || there === listener) byTag.set(tag, listener);
      else if (there instanceof Set) there.add(listener);
      else byTag.set(tag, new Set([there, listener]));
    },
    delete(tag, listener) {
      const there = byTag.get(tag);
      if (there instanceof Set) there.delete(listener);
      if (there === listener || (there instanceof Set && there.size === 0)) byTag.delete(tag);
    },
    tell(tag, publisher) {
      const there = byTag.get(tag);
      if (there instanceof Set) for (const listener of there) listener(tag, publisher);
      else there?.(tag, publisher);
    },
  };
}
