// News by polling: often while the user is active, rarely while not, and slower while it fails.
import { asFailure } from "../api/failure.ts";

/** A source of hints that there may be news. A push channel can replace the poller: it only has to hint. */
export interface NewsSource {
  /** Calls `onHint` whenever there may be news, until the returned function is called. */
  listen: (onHint: () => Promise<void>) => () => void;
}

export interface PollerOptions {
  /** The interval while the user is active. */
  activeMs?: number;
  /** The interval while the page is visible but the user is idle. */
  idleMs?: number;
  /** The interval while the page is hidden. */
  hiddenMs?: number;
  /** The longest interval while polling fails. */
  failingMs?: number;
}

const IDLE_AFTER_MS = 5 * 60_000;
const ACTIVITY = ["pointerdown", "keydown", "focus"] as const;

export function poller({ activeMs = 3_000, idleMs = 15_000, hiddenMs = 60_000, failingMs = 60_000 }: PollerOptions = {}): NewsSource {
  return {
    listen(onHint) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let failures = 0;
      let lastActivity = Date.now();
      let polling = false;
      const stop = new AbortController();

      const isStopped = () => stop.signal.aborted;
      const isIdle = () => Date.now() - lastActivity > IDLE_AFTER_MS;
      const interval = () => {
        const base = document.hidden ? hiddenMs : isIdle() ? idleMs : activeMs;
        return Math.min(base * 2 ** failures, Math.max(failingMs, base));
      };
      const schedule = (ms: number) => {
        clearTimeout(timer);
        timer = setTimeout(() => void poll(), ms);
      };
      const poll = async () => {
        if (isStopped() || polling) {
          return;
        }
        polling = true;
        let wait = 0;
        try {
          await onHint();
          failures = 0;
        } catch (error) {
          failures = Math.min(failures + 1, 10);
          wait = asFailure(error).retryAfter ?? 0;
        }
        polling = false;
        if (!isStopped()) {
          schedule(Math.max(wait, interval()));
        }
      };
      const onActivity = () => {
        const wasIdle = isIdle();
        lastActivity = Date.now();
        if (wasIdle) {
          schedule(0);
        }
      };
      const onReturn = () => {
        if (!document.hidden) {
          failures = 0;
          schedule(0);
        }
      };
      const { signal } = stop;
      for (const event of ACTIVITY) {
        window.addEventListener(event, onActivity, { passive: true, signal });
      }
      document.addEventListener("visibilitychange", onReturn, { signal });
      window.addEventListener("online", onReturn, { signal });
      schedule(interval());
      return () => {
        stop.abort();
        clearTimeout(timer);
      };
    },
  };
}
