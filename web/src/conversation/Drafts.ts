// Drafts: what is typed and not sent yet, per conversation, kept across reloads.
import type { TabStore } from "../session/TabStore.ts";
import { Observable } from "./Observable.ts";

/** An image that is uploaded and waits for its message. */
export interface DraftImage {
  id: string;
  name: string;
}

export interface Draft {
  text: string;
  images: DraftImage[];
}

export const EMPTY_DRAFT: Draft = { text: "", images: [] };

/** The drafts of one user in one tab. `get` returns the same object until the draft changes. */
export class Drafts extends Observable {
  readonly #store: TabStore;
  readonly #drafts = new Map<string, Draft>();

  constructor(store: TabStore) {
    super();
    this.#store = store;
  }

  get(conversationId: string): Draft {
    let draft = this.#drafts.get(conversationId);
    if (!draft) {
      draft = draftOf(this.#store.get(nameOf(conversationId)));
      this.#drafts.set(conversationId, draft);
    }
    return draft;
  }

  set(conversationId: string, draft: Draft): void {
    const empty = draft.text === "" && draft.images.length === 0;
    this.#drafts.set(conversationId, empty ? EMPTY_DRAFT : draft);
    this.#store.set(nameOf(conversationId), empty ? undefined : draft);
    this.changed();
  }

  /** Inserts what could not be sent before what has been typed since. */
  putBack(conversationId: string, back: Draft): void {
    const { text, images } = this.get(conversationId);
    const known = new Set(images.map(({ id }) => id));
    this.set(conversationId, {
      text: joined([back.text, text]),
      images: [...back.images.filter(({ id }) => !known.has(id)), ...images],
    });
  }
}

/** Several texts as one draft, with an empty line between them. */
export const joined = (texts: readonly string[]): string => texts.filter((text) => text !== "").join("\n\n");

const nameOf = (conversationId: string) => `draft:${conversationId}`;

function draftOf(value: unknown): Draft {
  if (typeof value !== "object" || value === null || !("text" in value) || !("images" in value)) {
    return EMPTY_DRAFT;
  }
  const { text, images } = value;
  return typeof text === "string" && Array.isArray(images) ? { text, images: images as DraftImage[] } : EMPTY_DRAFT;
}
