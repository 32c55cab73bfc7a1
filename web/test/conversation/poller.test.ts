// Polling: how often, by whether the user is active and whether it fails.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Failure } from "../../src/api/failure.ts";
import { poller } from "../../src/conversation/poller.ts";

let hidden = false;
beforeEach(() => {
  vi.useFakeTimers();
  hidden = false;
  vi.spyOn(document, "hidden", "get").mockImplementation(() => hidden);
});
afterEach(() => vi.useRealTimers());

async function asksWithin(ms: number, ask: () => Promise<void> = () => Promise.resolve()): Promise<number> {
  const asked = vi.fn(ask);
  const stop = poller().listen(asked);
  await vi.advanceTimersByTimeAsync(ms);
  stop();
  return asked.mock.calls.length;
}

test("while the user is active, news is at most three seconds old", async () => {
  expect(await asksWithin(30_000)).toBe(10);
});

test("a hidden page asks once a minute", async () => {
  hidden = true;
  expect(await asksWithin(5 * 60_000)).toBe(5);
});

test("an idle page asks less often, and at once when the user is active again", async () => {
  const ask = vi.fn(() => Promise.resolve());
  const stop = poller().listen(ask);
  await vi.advanceTimersByTimeAsync(6 * 60_000);
  ask.mockClear();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(4);
  window.dispatchEvent(new Event("keydown"));
  await vi.advanceTimersByTimeAsync(0);
  expect(ask).toHaveBeenCalledTimes(5);
  stop();
});

test("failures slow it down, to once a minute at most, and a success speeds it up again", async () => {
  let failing = true;
  const times: number[] = [];
  const stop = poller().listen(() => {
    times.push(Date.now());
    return failing ? Promise.reject(new Failure("server")) : Promise.resolve();
  });
  await vi.advanceTimersByTimeAsync(230_000);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(gaps).toEqual([6_000, 12_000, 24_000, 48_000, 60_000, 60_000, 60_000].slice(0, gaps.length));
  failing = false;
  window.dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(7_000);
  expect(times.length).toBeGreaterThanOrEqual(gaps.length + 4);
  stop();
});

test("a server that asks to wait is not asked before", async () => {
  expect(await asksWithin(29_000, () => Promise.reject(new Failure("too-many", { retryAfter: 30_000 })))).toBe(1);
});

test("it asks at once when the page is visible again, and stops when stopped", async () => {
  hidden = true;
  const ask = vi.fn(() => Promise.resolve());
  const stop = poller().listen(ask);
  hidden = false;
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(0);
  expect(ask).toHaveBeenCalledTimes(1);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(1);
});
