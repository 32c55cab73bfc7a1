// The outbox: messages on their way. Shown at once, sent in order, stored once, never lost.
//
// Each conversation has a queue. Only its first message is on the wire, so the order is kept; a repetition has
// the same id, so the API stores it once however often an answer got lost. A passing failure is repeated a few times
// and then waits for Retry, with what stands behind it; a final refusal stands aside and says why; a closed
// conversation hands everything back as a draft.
import { v7 as uuidv7 } from "uuid";
import type { OutgoingMessage } from "../api/client.ts";
import { asFailure, type Failure, type FailureKind } from "../api/failure.ts";
import type { ChatEntry } from "../api/types.ts";
import type { Draft, DraftImage, Drafts } from "./drafts.ts";
import { Signal } from "./signal.ts";
import type { TabStore } from "./tab-store.ts";

export interface Pending {
  readonly id: string;
  readonly conversationId: string;
  readonly text: string;
  readonly images: readonly DraftImage[];
  /** `failed` waits for Retry, `refused` never goes through as it is. */
  readonly state: "sending" | "sent" | "failed" | "refused";
  readonly failure?: FailureKind;
}

export interface OutboxOptions {
  send: (conversationId: string, message: OutgoingMessage) => Promise<ChatEntry>;
  drafts: Drafts;
  store: TabStore;
  /** Told of each stored message. */
  onSent?: (conversationId: string, entry: ChatEntry) => void;
  /** Told that a conversation is closed: its messages are a draft now. */
  onClosed?: (conversationId: string, failure: Failure) => void;
  /** Waits between the tries that need nobody. */
  waitsMs?: readonly number[];
  wait?: (ms: number) => Promise<void>;
  /** Whether there is a network at all, as far as the browser knows. */
  online?: () => boolean;
}

const WAITS_MS = [300, 1_000, 3_000, 8_000];
const NAME = "outbox";
const NONE: readonly Pending[] = [];
/** Whether trying again in a moment can help: an ended session is a person's to renew, a network that is gone tells when it is back. */
const worthAnother = ({ kind, passing }: Failure, online: boolean) => passing && kind !== "session-ended" && (kind !== "offline" || online);

export class Outbox extends Signal {
  readonly #options: OutboxOptions;
  readonly #queues = new Map<string, readonly Pending[]>();
  readonly #running = new Set<string>();
  #ended = false;

  constructor(options: OutboxOptions) {
    super();
    this.#options = options;
    for (const message of restored(options.store.get(NAME))) {
      this.#queues.set(message.conversationId, [...this.of(message.conversationId), message]);
    }
  }

  /** What is on its way in a conversation, in order. */
  of(conversationId: string): readonly Pending[] {
    return this.#queues.get(conversationId) ?? NONE;
  }

  /** Sends what an earlier page of this tab did not finish. */
  resume(): void {
    for (const conversationId of this.#queues.keys()) {
      this.retry(conversationId);
    }
  }

  /** Puts a message in the queue and answers at once with its id. */
  add(conversationId: string, { text, images }: Draft): string {
    const id = uuidv7();
    // Behind a message that waits for Retry it would overtake: so all of them go now, in order.
    const queue = this.of(conversationId).map(unblocked);
    this.#put(conversationId, [...queue, { id, conversationId, text, images, state: "sending" }]);
    void this.#run(conversationId);
    return id;
  }

  /** Sends again whatever waits for it in a conversation, in order. */
  retry(conversationId: string): void {
    this.#put(conversationId, this.of(conversationId).map(unblocked));
    void this.#run(conversationId);
  }

  /** The network or the session is back. */
  retryAll(): void {
    for (const conversationId of this.#queues.keys()) {
      this.retry(conversationId);
    }
  }

  /** Takes a message that was not sent back into the composer. */
  takeBack(conversationId: string, id: string): void {
    const message = this.#take(conversationId, id);
    if (message) {
      this.#options.drafts.putBack(conversationId, { text: message.text, images: [...message.images] });
    }
  }

  /** Forgets a message that was not sent. */
  discard(conversationId: string, id: string): void {
    this.#take(conversationId, id);
  }

  /** Forgets the sent ones that the transcript shows. */
  settle(conversationId: string, shown: (id: string) => boolean): void {
    const queue = this.of(conversationId);
    const left = queue.filter(({ id, state }) => !(state === "sent" && shown(id)));
    if (left.length < queue.length) {
      this.#put(conversationId, left);
    }
  }

  /** Whether something would be lost if the tab closed now. */
  get busy(): boolean {
    return [...this.#queues.values()].some((queue) => queue.some(({ state }) => state !== "sent"));
  }

  /** Signed out: nothing is sent or kept any more. */
  end(): void {
    this.#ended = true;
    this.#queues.clear();
    this.changed();
  }

  /** Removes a message that is not on the wire and gives it. */
  #take(conversationId: string, id: string): Pending | undefined {
    const message = this.of(conversationId).find((one) => one.id === id);
    if (!message || (message.state !== "failed" && message.state !== "refused")) {
      return undefined;
    }
    this.#put(
      conversationId,
      this.of(conversationId).filter((one) => one.id !== id),
    );
    return message;
  }

  async #run(conversationId: string): Promise<void> {
    if (this.#running.has(conversationId)) {
      return;
    }
    this.#running.add(conversationId);
    try {
      for (let next = this.#next(conversationId); next; next = this.#next(conversationId)) {
        await this.#deliver(next);
      }
    } finally {
      this.#running.delete(conversationId);
    }
  }

  #next(conversationId: string): Pending | undefined {
    if (this.#ended) {
      return undefined;
    }
    const first = this.of(conversationId).find(({ state }) => state === "sending" || state === "failed");
    return first?.state === "sending" ? first : undefined;
  }

  async #deliver(message: Pending): Promise<void> {
    const { conversationId, id, text, images } = message;
    const { send, onSent, waitsMs = WAITS_MS, wait = sleep, online = () => navigator.onLine } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const entry = await send(conversationId, { id, text, attachmentIds: images.map((image) => image.id) });
        if (!this.#ended) {
          this.#change(conversationId, id, { ...message, state: "sent" });
          onSent?.(conversationId, entry);
        }
        return;
      } catch (error) {
        if (this.#ended) {
          return;
        }
        const failure = asFailure(error);
        const ms = waitsMs[attempt];
        if (ms === undefined || !worthAnother(failure, online())) {
          this.#giveUp(message, failure);
          return;
        }
        await wait(failure.retryAfter ?? ms);
      }
    }
  }

  #giveUp(message: Pending, failure: Failure): void {
    const { conversationId } = message;
    if (failure.kind === "conversation-closed") {
      const back = this.of(conversationId).filter(({ state }) => state !== "sent");
      this.#put(
        conversationId,
        this.of(conversationId).filter(({ state }) => state === "sent"),
      );
      this.#options.drafts.putBack(conversationId, {
        text: back
          .map(({ text }) => text)
          .filter((text) => text !== "")
          .join("\n\n"),
        images: back.flatMap(({ images }) => images),
      });
      this.#options.onClosed?.(conversationId, failure);
    } else if (failure.passing) {
      this.#put(
        conversationId,
        this.of(conversationId).map((one) => (one.state === "sending" ? { ...one, state: "failed", failure: failure.kind } : one)),
      );
    } else {
      this.#change(conversationId, message.id, { ...message, state: "refused", failure: failure.kind });
    }
  }

  #change(conversationId: string, id: string, to: Pending): void {
    this.#put(
      conversationId,
      this.of(conversationId).map((one) => (one.id === id ? to : one)),
    );
  }

  #put(conversationId: string, queue: readonly Pending[]): void {
    if (queue.length === 0) {
      this.#queues.delete(conversationId);
    } else {
      this.#queues.set(conversationId, queue);
    }
    const unsent = [...this.#queues.values()].flat().filter(({ state }) => state !== "sent");
    this.#options.store.set(NAME, unsent.length === 0 ? undefined : unsent);
    this.changed();
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function unblocked(message: Pending): Pending {
  if (message.state !== "failed") {
    return message;
  }
  const { id, conversationId, text, images } = message;
  return { id, conversationId, text, images, state: "sending" };
}

/** What an earlier page kept. Whether it was stored is unknown, so it is sent again with its id. */
function restored(value: unknown): Pending[] {
  return Array.isArray(value)
    ? (value as Pending[]).map((one) => (one.state === "refused" ? one : unblocked({ ...one, state: "failed" })))
    : [];
}
