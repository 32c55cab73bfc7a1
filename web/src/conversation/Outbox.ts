// The outbox: messages are shown at once, sent in order, stored once, and never lost.
//
// Each conversation has a queue, and only the first message of a queue is being sent, which keeps the order. A retry has
// the same id, so the API stores the message once, however often an answer was lost. A transient failure is retried a few
// times; then the message and those behind it wait for "Try again". A final refusal is set aside with its reason and the
// next messages are sent. A closed conversation turns the whole queue back into a draft.
import { v7 as uuidv7 } from "uuid";
import type { OutgoingMessage } from "../api/client.ts";
import { asFailure, Failure } from "../api/failure.ts";
import type { Entry } from "../api/types.ts";
import type { TabStore } from "../session/TabStore.ts";
import type { Draft, Drafts } from "./Drafts.ts";
import { Observable } from "./Observable.ts";
import { draftOf, type Pending, type Queue, resumed, storedUnsent, storeUnsent, unsent } from "./pending.ts";

export interface OutboxOptions {
  send: (conversationId: string, message: OutgoingMessage) => Promise<Entry>;
  drafts: Drafts;
  store: TabStore;
  /** Called for each stored message. */
  onSent?: (conversationId: string, entry: Entry) => void;
  /** Called when a conversation turns out to be closed: its messages are a draft now. */
  onClosed?: (conversationId: string, failure: Failure) => void;
  /** Waits between automatic retries. */
  waitsMs?: readonly number[];
  wait?: (ms: number) => Promise<void>;
  /** Whether the browser has a network. */
  online?: () => boolean;
}

const WAITS_MS = [300, 1_000, 3_000, 8_000];
const EMPTY: Queue = [];

export class Outbox extends Observable {
  readonly #options: OutboxOptions;
  readonly #queues = new Map<string, Queue>();
  /** The conversations whose queue is being sent. */
  readonly #running = new Set<string>();
  #ended = false;

  constructor(options: OutboxOptions) {
    super();
    this.#options = options;
    for (const message of storedUnsent(options.store)) {
      this.#queues.set(message.conversationId, [...this.of(message.conversationId), message]);
    }
  }

  /** The messages of a conversation that are on their way, in order. */
  of(conversationId: string): Queue {
    return this.#queues.get(conversationId) ?? EMPTY;
  }

  /** Whether something would be lost if the tab were closed now. */
  get busy(): boolean {
    return [...this.#queues.values()].some((queue) => unsent(queue).length > 0);
  }

  /** Queues a message and returns its id at once. */
  add(conversationId: string, { text, images }: Draft): string {
    const id = uuidv7();
    // It must not overtake messages that wait for "Try again": all of them are sent now, in order.
    const queue = this.of(conversationId).map(resumed);
    this.#set(conversationId, [...queue, { id, conversationId, text, images, state: "sending" }]);
    void this.#run(conversationId);
    return id;
  }

  /** Sends the failed messages of a conversation again, in order. */
  retry(conversationId: string): void {
    this.#set(conversationId, this.of(conversationId).map(resumed));
    void this.#run(conversationId);
  }

  /** Sends all failed messages again: the network or the session is back, or the page was reloaded. */
  retryAll(): void {
    for (const conversationId of this.#queues.keys()) {
      this.retry(conversationId);
    }
  }

  /** Moves a message that was not sent back into the composer. */
  takeBack(conversationId: string, id: string): void {
    const message = this.#remove(conversationId, id);
    if (message) {
      this.#options.drafts.putBack(conversationId, draftOf([message]));
    }
  }

  /** Deletes a message that was not sent. */
  discard(conversationId: string, id: string): void {
    this.#remove(conversationId, id);
  }

  /** Removes the sent messages that the transcript shows. */
  settle(conversationId: string, isShown: (id: string) => boolean): void {
    const queue = this.of(conversationId);
    const left = queue.filter(({ id, state }) => !(state === "sent" && isShown(id)));
    if (left.length < queue.length) {
      this.#set(conversationId, left);
    }
  }

  /** After the sign-out nothing is sent or kept. */
  end(): void {
    this.#ended = true;
    this.#queues.clear();
    this.changed();
  }

  /** Removes a message unless it is being sent. */
  #remove(conversationId: string, id: string): Pending | undefined {
    const queue = this.of(conversationId);
    const message = queue.find((one) => one.id === id);
    if (!message || (message.state !== "failed" && message.state !== "refused")) {
      return undefined;
    }
    this.#set(
      conversationId,
      queue.filter((one) => one.id !== id),
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
    const result = await this.#sendWithRetries(message);
    if (this.#ended) {
      return;
    }
    if (result instanceof Failure) {
      this.#giveUp(message, result);
    } else {
      this.#replace({ ...message, state: "sent" });
      this.#options.onSent?.(message.conversationId, result);
    }
  }

  async #sendWithRetries({ conversationId, id, text, images }: Pending): Promise<Entry | Failure> {
    const { send, waitsMs = WAITS_MS, wait = sleep, online = () => navigator.onLine } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await send(conversationId, { id, text, attachmentIds: images.map((image) => image.id) });
      } catch (error) {
        const failure = asFailure(error);
        const ms = waitsMs[attempt];
        if (ms === undefined || !isWorthRetrying(failure, online())) {
          return failure;
        }
        await wait(failure.retryAfter ?? ms);
        if (this.#ended) {
          return failure;
        }
      }
    }
  }

  #giveUp(message: Pending, failure: Failure): void {
    const { conversationId } = message;
    const queue = this.of(conversationId);
    if (failure.kind === "conversation-closed") {
      this.#set(
        conversationId,
        queue.filter(({ state }) => state === "sent"),
      );
      this.#options.drafts.putBack(conversationId, draftOf(unsent(queue)));
      this.#options.onClosed?.(conversationId, failure);
    } else if (failure.isTransient) {
      this.#set(
        conversationId,
        queue.map((one) => (one.state === "sending" ? { ...one, state: "failed", failure: failure.kind } : one)),
      );
    } else {
      this.#replace({ ...message, state: "refused", failure: failure.kind });
    }
  }

  #replace(message: Pending): void {
    this.#set(
      message.conversationId,
      this.of(message.conversationId).map((one) => (one.id === message.id ? message : one)),
    );
  }

  #set(conversationId: string, queue: Queue): void {
    if (queue.length === 0) {
      this.#queues.delete(conversationId);
    } else {
      this.#queues.set(conversationId, queue);
    }
    storeUnsent(this.#options.store, this.#queues.values());
    this.changed();
  }
}

/** Whether a retry in a moment may help: an ended session needs its user, and a missing network announces its return. */
function isWorthRetrying({ kind, isTransient }: Failure, online: boolean): boolean {
  return isTransient && kind !== "session-ended" && (kind !== "offline" || online);
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
