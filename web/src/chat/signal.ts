// Something that tells when it changed: what React's useSyncExternalStore listens to.

export class Signal {
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
