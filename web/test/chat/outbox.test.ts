// The outbox: nothing lost, nothing doubled, the order kept, and every refusal with its way on.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure, type FailureKind } from "../../src/api/failure.ts";
import type { ChatEntry } from "../../src/api/types.ts";
import { Drafts } from "../../src/chat/drafts.ts";
import { Outbox, type OutboxOptions } from "../../src/chat/outbox.ts";
import { TabStore } from "../../src/chat/tab-store.ts";

const CHAT = "chat";

/** A server that stores each id once, and a network that loses requests before it and answers after it. */
class Server {
  readonly stored: ChatEntry[] = [];
  sends = 0;
  fate: () => "ok" | "request-lost" | "answer-lost" | FailureKind = () => "ok";

  readonly send: OutboxOptions["send"] = async (_chat, { id, text }) => {
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
  const sent: ChatEntry[] = [];
  const outbox = new Outbox({
    send: server.send,
    drafts,
    store,
    onSent: (_chat, entry) => sent.push(entry),
    waitsMs: [0, 0],
    wait: () => Promise.resolve(),
    ...options,
  });
  return { outbox, drafts, store, sent };
}

const text = (words: string) => ({ text: words, images: [] });
const idle = async (outbox: Outbox) => {
  while (outbox.of(CHAT).some(({ state }) => state === "sending")) {
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
      outbox.add(CHAT, text(words));
    }
    for (let round = 0; round < 50 && outbox.busy; round += 1) {
      await idle(outbox);
      outbox.retry(CHAT);
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
        outbox.add(CHAT, text(written.at(-1) ?? ""));
        if (reload) {
          // The old page is gone while its request may still arrive.
          outbox = setUp(server).outbox;
          outbox.resume();
        }
        await idle(outbox);
      }
      for (let round = 0; round < 80 && outbox.busy; round += 1) {
        outbox.retry(CHAT);
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
  outbox.add(CHAT, text("first"));
  expect(outbox.of(CHAT)).toMatchObject([{ text: "first", state: "sending" }]);
  await idle(outbox);
  expect(outbox.of(CHAT)).toMatchObject([{ text: "first", state: "failed", failure: "offline" }]);
  outbox.add(CHAT, text("second"));
  await idle(outbox);
  expect(outbox.of(CHAT)).toMatchObject([
    { text: "first", state: "failed" },
    { text: "second", state: "failed" },
  ]);
  server.fate = () => "ok";
  outbox.retry(CHAT);
  await idle(outbox);
  expect(texts(server)).toEqual(["first", "second"]);
});

test("what may heal is tried again by itself; a missing network and an ended session wait for someone", async () => {
  const server = new Server();
  const fates: FailureKind[] = ["offline", "timeout"];
  server.fate = () => fates.shift() ?? "ok";
  const { outbox } = setUp(server);
  outbox.add(CHAT, text("healed"));
  await idle(outbox);
  expect(texts(server)).toEqual(["healed"]);
  for (const [kind, online] of [
    ["offline", false],
    ["session-ended", true],
  ] as const) {
    const gone = new Server();
    gone.fate = () => kind;
    const { outbox: waiting } = setUp(gone, { online: () => online });
    waiting.add(CHAT, text("waits"));
    await idle(waiting);
    expect(gone.sends).toBe(1);
    expect(waiting.of(CHAT).at(-1)).toMatchObject({ state: "failed", failure: kind });
    waiting.discard(CHAT, waiting.of(CHAT).at(-1)?.id ?? "");
  }
});

test("a closed conversation hands everything back as a draft, before what was typed since", async () => {
  const server = new Server();
  server.fate = () => "conversation-closed";
  const closed: string[] = [];
  const { outbox, drafts } = setUp(server, { onClosed: (chat) => closed.push(chat) });
  outbox.add(CHAT, { text: "first", images: [{ id: "i", name: "photo.jpg" }] });
  outbox.add(CHAT, text("second"));
  drafts.set(CHAT, text("third"));
  await idle(outbox);
  expect(outbox.of(CHAT)).toEqual([]);
  expect(drafts.get(CHAT)).toEqual({ text: "first\n\nsecond\n\nthird", images: [{ id: "i", name: "photo.jpg" }] });
  expect(closed).toEqual([CHAT]);
  expect(server.sends).toBe(1);
});

test("a final refusal is not repeated, lets the next ones pass, and can be taken back", async () => {
  const server = new Server();
  const fates: ("invalid" | "ok")[] = ["invalid", "ok"];
  server.fate = () => fates.shift() ?? "ok";
  const { outbox, drafts } = setUp(server);
  const id = outbox.add(CHAT, text("refused"));
  outbox.add(CHAT, text("fine"));
  await idle(outbox);
  expect(outbox.of(CHAT)).toMatchObject([
    { text: "refused", state: "refused", failure: "invalid" },
    { text: "fine", state: "sent" },
  ]);
  outbox.retry(CHAT);
  expect(outbox.of(CHAT)[0]?.state).toBe("refused");
  outbox.takeBack(CHAT, id);
  expect(drafts.get(CHAT).text).toBe("refused");
  expect(texts(server)).toEqual(["fine"]);
});

test("what is on the wire can't be taken back or discarded", () => {
  const { outbox, drafts } = setUp(new Server());
  const id = outbox.add(CHAT, text("on its way"));
  outbox.takeBack(CHAT, id);
  outbox.discard(CHAT, id);
  expect(outbox.of(CHAT)).toHaveLength(1);
  expect(drafts.get(CHAT).text).toBe("");
});

test("a sent one stays until the transcript shows it", async () => {
  const { outbox } = setUp(new Server());
  const id = outbox.add(CHAT, text("hello"));
  await idle(outbox);
  outbox.settle(CHAT, () => false);
  expect(outbox.of(CHAT)).toMatchObject([{ id, state: "sent" }]);
  outbox.settle(CHAT, (one) => one === id);
  expect(outbox.of(CHAT)).toEqual([]);
});

test("after the sign-out nothing is sent or kept", async () => {
  const server = new Server();
  server.fate = () => "answer-lost";
  const { outbox, sent } = setUp(server);
  outbox.add(CHAT, text("hello"));
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
