// Messages that are not in the transcript yet: their states, and how a tab keeps them across reloads.
import type { FailureKind } from "../api/failure.ts";
import type { TabStore } from "../session/TabStore.ts";
import { type Draft, type DraftImage, joined } from "./Drafts.ts";

export interface Pending {
  readonly id: string;
  readonly conversationId: string;
  readonly text: string;
  readonly images: readonly DraftImage[];
  /** `failed` waits for "Try again", `refused` is never accepted as it is. */
  readonly state: "sending" | "sent" | "failed" | "refused";
  readonly failure?: FailureKind;
}

export type Queue = readonly Pending[];

const NAME = "outbox";

/** A failed message to be sent again; any other as it is. */
export function resumed(message: Pending): Pending {
  if (message.state !== "failed") {
    return message;
  }
  const { id, conversationId, text, images } = message;
  return { id, conversationId, text, images, state: "sending" };
}

/** What would be lost with the tab. */
export const unsent = (queue: Queue): Queue => queue.filter(({ state }) => state !== "sent");

/** Several unsent messages as one draft. */
export function draftOf(queue: Queue): Draft {
  return { text: joined(queue.map(({ text }) => text)), images: queue.flatMap(({ images }) => images) };
}

export function storeUnsent(store: TabStore, queues: Iterable<Queue>): void {
  const all = unsent([...queues].flat());
  store.set(NAME, all.length === 0 ? undefined : all);
}

/** What an earlier page kept. Whether it was stored is unknown, so it is sent again with the same id. */
export function storedUnsent(store: TabStore): Queue {
  const value = store.get(NAME);
  return Array.isArray(value)
    ? (value as Pending[]).map((one) => (one.state === "refused" ? one : resumed({ ...one, state: "failed" })))
    : [];
}
