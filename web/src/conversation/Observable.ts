// An object that notifies its subscribers when it changes: what React's useSyncExternalStore subscribes to.

export class Observable {
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  protected changed(): void {
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }
}
