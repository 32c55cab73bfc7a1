// The transcript: entries in any order leave a run without gaps or repetitions.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Entry } from "../../src/api/types.ts";
import { catchUp, merge, type Transcript } from "../../src/conversation/transcript.ts";

const entry = (number: number, text = `${number}`): Entry => ({
  number,
  kind: "message",
  text,
  sender: { userId: "u", role: "patient", name: "Ana" },
  sentAt: "2026-11-24T10:00:00Z",
});
const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => entry(from + index));
const numbers = (transcript: Transcript) => transcript.map(({ number }) => number);

test("older ones go before, newer ones after, known ones are replaced", () => {
  const { transcript, gap } = merge(run(5, 7), [entry(8), entry(4), entry(6, "ready")]);
  expect(numbers(transcript)).toEqual([4, 5, 6, 7, 8]);
  expect(transcript[2]?.text).toBe("ready");
  expect(gap).toBe(false);
});

test("an entry that would leave a gap is left out, and the gap is reported", () => {
  const { transcript, gap } = merge(run(5, 7), [entry(9), entry(3)]);
  expect(numbers(transcript)).toEqual([5, 6, 7]);
  expect(gap).toBe(true);
});

test("any batches in any order leave a run without gaps", () => {
  const batches = fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }), { maxLength: 20 });
  fc.assert(
    fc.property(batches, (all) => {
      let transcript: Transcript = [];
      for (const batch of all) {
        transcript = merge(
          transcript,
          batch.map((number) => entry(number)),
        ).transcript;
        const got = numbers(transcript);
        expect(got).toEqual(got.map((_, index) => (got[0] ?? 0) + index));
      }
    }),
  );
});

test("a client that was away catches up with everything, page by page", async () => {
  const stored = run(1, 450);
  const asked: number[] = [];
  const caught = await catchUp(run(40, 50), ({ after = 0, limit = 50 }) => {
    asked.push(after);
    const items = stored.filter(({ number }) => number > after).slice(0, limit);
    return Promise.resolve({ items, nextCursor: (items.at(-1)?.number ?? 450) < 450 ? "more" : null });
  });
  expect(numbers(caught)).toEqual(numbers(run(40, 450)));
  expect(asked).toEqual([50, 150, 250, 350]);
});

test("a server that repeats itself does not keep the catch-up busy for ever", async () => {
  const caught = await catchUp(run(1, 3), () => Promise.resolve({ items: run(1, 3), nextCursor: "again" }));
  expect(numbers(caught)).toEqual([1, 2, 3]);
});
