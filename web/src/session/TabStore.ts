// What a tab remembers across reloads: in its session storage, under its user, deleted at sign-out.

const PREFIX = "messaging:";

/** A small JSON store for one user. Where the browser refuses storage, it lasts as long as the page. */
export class TabStore {
  readonly #storage: Storage;
  readonly #prefix: string;
  readonly #memory = new Map<string, string>();

  /** Deletes what another user left in this tab. */
  constructor(storage: Storage, userId: string) {
    this.#storage = storage;
    this.#prefix = `${PREFIX}${encodeURIComponent(userId)}:`;
    for (const key of keys(storage)) {
      if (key.startsWith(PREFIX) && !key.startsWith(this.#prefix)) {
        storage.removeItem(key);
      }
    }
  }

  get(name: string): unknown {
    const key = this.#prefix + name;
    const text = this.#memory.get(key) ?? this.#storage.getItem(key);
    if (text === null) {
      return undefined;
    }
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  }

  /** Stores a value; undefined deletes it. */
  set(name: string, value: unknown): void {
    const key = this.#prefix + name;
    this.#memory.delete(key);
    if (value === undefined) {
      this.#storage.removeItem(key);
      return;
    }
    const text = JSON.stringify(value);
    try {
      this.#storage.setItem(key, text);
    } catch {
      this.#storage.removeItem(key);
      this.#memory.set(key, text);
    }
  }
}

/** Deletes what any user left in this tab. */
export function forgetTab(storage: Storage): void {
  for (const key of keys(storage)) {
    if (key.startsWith(PREFIX)) {
      storage.removeItem(key);
    }
  }
}

function keys(storage: Storage): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index)).filter((key) => key !== null);
}
