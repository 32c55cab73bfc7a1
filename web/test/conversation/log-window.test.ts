// The window on a long transcript: bounded, always inside it, and stable for the reader.
import fc from "fast-check";
import { expect, test } from "vitest";
import { atEnd, grown, slide, WINDOW } from "../../src/conversation/log-window.ts";

test("scrolling up and down 10,000 entries shows each, with a bounded window", () => {
  const total = 10_000;
  const seen = new Set<number>();
  let window = atEnd(total);
  const look = () => {
    expect(window.end - window.start).toBeLessThanOrEqual(WINDOW);
    for (let index = window.start; index < window.end; index += 1) {
      seen.add(index);
    }
  };
  look();
  while (window.start > 0) {
    window = slide(window, "older", total);
    look();
  }
  expect(seen.size).toBe(total);
  while (window.end < total) {
    window = slide(window, "newer", total);
    look();
  }
  expect(window).toEqual(atEnd(total));
});

test("after any steps the window is inside the transcript and bounded; a following reader is at the end", () => {
  const step = fc.oneof(
    fc.constant({ kind: "older" } as const),
    fc.constant({ kind: "newer" } as const),
    fc.record({ kind: fc.constant("grow" as const), before: fc.nat(60), after: fc.nat(60), following: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.nat(500), fc.array(step, { maxLength: 40 }), (start, steps) => {
      let total = start;
      let window = atEnd(total);
      for (const one of steps) {
        if (one.kind === "grow") {
          const oldTotal = total;
          total += one.before + one.after;
          window = grown(window, { before: one.before, oldTotal, total, following: one.following });
          if (one.following) {
            expect(window.end).toBe(total);
          }
        } else {
          window = slide(window, one.kind, total);
        }
        expect(window.start).toBeGreaterThanOrEqual(0);
        expect(window.end).toBeLessThanOrEqual(total);
        expect(window.end - window.start).toBeLessThanOrEqual(WINDOW);
        expect(window.end - window.start).toBeGreaterThanOrEqual(Math.min(total, 1));
      }
    }),
  );
});

test("older entries are added above what is read, newer ones do not move it", () => {
  expect(grown({ start: 0, end: 50 }, { before: 50, oldTotal: 50, total: 100, following: false })).toEqual({ start: 0, end: 100 });
  expect(grown({ start: 10, end: 100 }, { before: 0, oldTotal: 200, total: 205, following: false })).toEqual({ start: 10, end: 100 });
  expect(grown({ start: 0, end: 50 }, { before: 0, oldTotal: 50, total: 51, following: false })).toEqual({ start: 0, end: 51 });
});
