// The outbox: nothing is lost or stored twice, the order is kept, and every refusal can be dealt with.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure, type FailureKind } from "../../src/api/failure.ts";
import type { Entry } from "../../src/api/types.ts";
import { Drafts } from "../../src/conversation/Drafts.ts";
import { Outbox, type OutboxOptions } from "../../src/conversation/Outbox.ts";
import { TabStore } from "../../src/session/TabStore.ts";

const CONVERSATION = "conversation";

/** A server that stores each id once, behind a network that loses requests and answers. */
class Server {
  readonly stored: Entry[] = [];
  sends = 0;
  fate: () => "ok" | "request-lost" | "answer-lost" | FailureKind = () => "ok";

  readonly send: OutboxOptions["send"] = async (_conversation, { id, text }) => {
    this.sends += 1;
    const fate = this.fate();
    await Promise.resolve();
    if (fate === "request-lost") {
      throw new Failure("timeout");
    }
    if (fate !== "ok" && fate !== "answer-lost") {
      throw new Failure(fate);
    }
    let entry = this.stored.find((one) => one.id === id);
    if (!entry) {
      const sender = { userId: "patient-a", role: "patient" as const, name: "Ana" };
      entry = { number: this.stored.length + 1, kind: "message", id, text, sender, sentAt: "2026-11-24T10:00:00Z" };
      this.stored.push(entry);
    }
    if (fate === "answer-lost") {
      throw new Failure("timeout");
    }
    return entry;
  };
}

function setUp(server: Server, options: Partial<OutboxOptions> = {}) {
  const store = new TabStore(sessionStorage, "patient-a");
  const drafts = new Drafts(store);
  const sent: Entry[] = [];
  const outbox = new Outbox({
    send: server.send,
    drafts,
    store,
    onSent: (_conversation, entry) => sent.push(entry),
    waitsMs: [0, 0],
    wait: () => Promise.resolve(),
    ...options,
  });
  return { outbox, drafts, store, sent };
}

const text = (words: string) => ({ text: words, images: [] });
const idle = async (outbox: Outbox) => {
  while (outbox.of(CONVERSATION).some(({ state }) => state === "sending")) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
};
const texts = (server: Server) => server.stored.map((entry) => entry.text);

describe("200 sends with 20% of the answers dropped", () => {
  test.each([1, 2, 3])("lose none, double none and keep the order (seed %i)", async (seed) => {
    const server = new Server();
    const random = mulberry(seed);
    server.fate = () => (random() < 0.2 ? "answer-lost" : "ok");
    const { outbox } = setUp(server);
    const written = Array.from({ length: 200 }, (_, index) => `message ${index}`);
    for (const words of written) {
      outbox.add(CONVERSATION, text(words));
    }
    for (let round = 0; round < 50 && outbox.busy; round += 1) {
      await idle(outbox);
      outbox.retry(CONVERSATION);
    }
    expect(texts(server)).toEqual(written);
    expect(server.sends).toBeGreaterThan(220);
    expect(outbox.busy).toBe(false);
  });
});

test("whatever the network does, and through reloads, what is stored is what was written, in order", async () => {
  const fates = fc.array(fc.constantFrom("ok", "request-lost", "answer-lost", "server", "too-many", "offline", "session-ended"), {
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(fates, fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (planned, reloads) => {
      sessionStorage.clear();
      const server = new Server();
      const plan = [...planned];
      server.fate = () => plan.shift() ?? "ok";
      let { outbox } = setUp(server);
      const written: string[] = [];
      for (const reload of reloads) {
        written.push(`message ${written.length}`);
        outbox.add(CONVERSATION, text(written.at(-1) ?? ""));
        if (reload) {
          // The old page is gone while its request may still arrive.
          outbox = setUp(server).outbox;
          outbox.retryAll();
        }
        await idle(outbox);
      }
      for (let round = 0; round < 80 && outbox.busy; round += 1) {
        outbox.retry(CONVERSATION);
        await idle(outbox);
      }
      expect(texts(server)).toEqual(written);
    }),
    { numRuns: 150 },
  );
});

test("a message shows at once, and behind a failed one it waits instead of overtaking", async () => {
  const server = new Server();
  server.fate = () => "offline";
  const { outbox } = setUp(server);
  outbox.add(CONVERSATION, text("first"));
  expect(outbox.of(CONVERSATION)).toMatchObject([{ text: "first", state: "sending" }]);
  await idle(outbox);
  expect(outbox.of(CONVERSATION)).toMatchObject([{ text: "first", state: "failed", failure: "offline" }]);
  outbox.add(CONVERSATION, text("second"));
  await idle(outbox);
  expect(outbox.of(CONVERSATION)).toMatchObject([
    { text: "first", state: "failed" },
    { text: "second", state: "failed" },
  ]);
  server.fate = () => "ok";
  outbox.retry(CONVERSATION);
  await idle(outbox);
  expect(texts(server)).toEqual(["first", "second"]);
});

test("what may heal is tried again by itself; a missing network and an ended session wait for someone", async () => {
  const server = new Server();
  const fates: FailureKind[] = ["offline", "timeout"];
  server.fate = () => fates.shift() ?? "ok";
  const { outbox } = setUp(server);
  outbox.add(CONVERSATION, text("healed"));
  await idle(outbox);
  expect(texts(server)).toEqual(["healed"]);
  for (const [kind, online] of [
    ["offline", false],
    ["session-ended", true],
  ] as const) {
    const gone = new Server();
    gone.fate = () => kind;
    const { outbox: waiting } = setUp(gone, { online: () => online });
    waiting.add(CONVERSATION, text("waits"));
    await idle(waiting);
    expect(gone.sends).toBe(1);
    expect(waiting.of(CONVERSATION).at(-1)).toMatchObject({ state: "failed", failure: kind });
    waiting.discard(CONVERSATION, waiting.of(CONVERSATION).at(-1)?.id ?? "");
  }
});

test("a closed conversation hands everything back as a draft, before what was typed since", async () => {
  const server = new Server();
  server.fate = () => "conversation-closed";
  const closed: string[] = [];
  const { outbox, drafts } = setUp(server, { onClosed: (conversation) => closed.push(conversation) });
  outbox.add(CONVERSATION, { text: "first", images: [{ id: "i", name: "photo.jpg" }] });
  outbox.add(CONVERSATION, text("second"));
  drafts.set(CONVERSATION, text("third"));
  await idle(outbox);
  expect(outbox.of(CONVERSATION)).toEqual([]);
  expect(drafts.get(CONVERSATION)).toEqual({ text: "first\n\nsecond\n\nthird", images: [{ id: "i", name: "photo.jpg" }] });
  expect(closed).toEqual([CONVERSATION]);
  expect(server.sends).toBe(1);
});

test("a final refusal is not repeated, lets the next ones pass, and can be taken back", async () => {
  const server = new Server();
  const fates: ("invalid" | "ok")[] = ["invalid", "ok"];
  server.fate = () => fates.shift() ?? "ok";
  const { outbox, drafts } = setUp(server);
  const id = outbox.add(CONVERSATION, text("refused"));
  outbox.add(CONVERSATION, text("fine"));
  await idle(outbox);
  expect(outbox.of(CONVERSATION)).toMatchObject([
    { text: "refused", state: "refused", failure: "invalid" },
    { text: "fine", state: "sent" },
  ]);
  outbox.retry(CONVERSATION);
  expect(outbox.of(CONVERSATION)[0]?.state).toBe("refused");
  outbox.takeBack(CONVERSATION, id);
  expect(drafts.get(CONVERSATION).text).toBe("refused");
  expect(texts(server)).toEqual(["fine"]);
});

test("what is on the wire can't be taken back or discarded", () => {
  const { outbox, drafts } = setUp(new Server());
  const id = outbox.add(CONVERSATION, text("on its way"));
  outbox.takeBack(CONVERSATION, id);
  outbox.discard(CONVERSATION, id);
  expect(outbox.of(CONVERSATION)).toHaveLength(1);
  expect(drafts.get(CONVERSATION).text).toBe("");
});

test("a sent one stays until the transcript shows it", async () => {
  const { outbox } = setUp(new Server());
  const id = outbox.add(CONVERSATION, text("hello"));
  await idle(outbox);
  outbox.settle(CONVERSATION, () => false);
  expect(outbox.of(CONVERSATION)).toMatchObject([{ id, state: "sent" }]);
  outbox.settle(CONVERSATION, (one) => one === id);
  expect(outbox.of(CONVERSATION)).toEqual([]);
});

test("after the sign-out nothing is sent or kept", async () => {
  const server = new Server();
  server.fate = () => "answer-lost";
  const { outbox, sent } = setUp(server);
  outbox.add(CONVERSATION, text("hello"));
  outbox.end();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(sent).toEqual([]);
  expect(outbox.busy).toBe(false);
});

/** Random numbers that come out the same on each run. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
