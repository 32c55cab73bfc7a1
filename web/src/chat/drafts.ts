// Drafts: what was typed and not sent yet, per conversation or form, kept across reloads.
import { Signal } from "./signal.ts";
import type { TabStore } from "./tab-store.ts";

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

/** The drafts of one user in one tab. Answers with the same object until a draft changes. */
export class Drafts extends Signal {
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

  /** Puts something that could not be sent before what has been typed since. */
  putBack(conversationId: string, back: Draft): void {
    const { text, images } = this.get(conversationId);
    const known = new Set(images.map(({ id }) => id));
    this.set(conversationId, {
      text: [back.text, text].filter((one) => one !== "").join("\n\n"),
      images: [...back.images.filter(({ id }) => !known.has(id)), ...images],
    });
  }
}

const nameOf = (conversationId: string) => `draft:${conversationId}`;

function draftOf(value: unknown): Draft {
  if (typeof value !== "object" || value === null || !("text" in value) || !("images" in value)) {
    return EMPTY_DRAFT;
  }
  const { text, images } = value;
  return typeof text === "string" && Array.isArray(images) ? { text, images: images as DraftImage[] } : EMPTY_DRAFT;
}
