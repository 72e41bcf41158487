import { useCallback, useState } from 'react';
import { useSession } from './session.ts';

/** A preference of this person in this browser. */
export function useStored<T>(name: string, initial: T): readonly [T, (value: T) => void] {
  const { actor } = useSession();
  const key = `xinglin.${actor.id}.${name}`;
  const [value, set] = useState<T>(() => read(key, initial));
  const store = useCallback(
    (next: T) => {
      set(next);
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // A full or forbidden storage only costs the memory of the preference.
      }
    },
    [key],
  );
  return [value, store];
}

function read<T>(key: string, initial: T): T {
  try {
    const text = localStorage.getItem(key);
    return text === null ? initial : (JSON.parse(text) as T);
  } catch {
    return initial;
  }
}
