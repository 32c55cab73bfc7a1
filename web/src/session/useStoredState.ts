// State that the tab keeps across reloads until it is cleared: a text or a form that is being filled in.
import { useCallback, useState } from "react";
import { useSession } from "./session.ts";

export function useStoredState<T>(name: string, initial: T): [T, (value: T) => void, () => void] {
  const { store } = useSession();
  const [value, setValue] = useState<T>(() => (store.get(name) as T | undefined) ?? initial);
  const keep = useCallback(
    (next: T) => {
      setValue(next);
      store.set(name, next);
    },
    [store, name],
  );
  const clear = () => {
    setValue(initial);
    store.set(name, undefined);
  };
  return [value, keep, clear];
}
