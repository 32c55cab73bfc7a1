// News by polling: often while someone looks, rarely while nobody does, and ever slower while it fails.
import { asFailure } from "../api/failure.ts";

/** Where hints of news come from. A push can take the poller's place: it needs to do no more than hint. */
export interface NewsSource {
  /** Calls `onHint` whenever there may be news, until the returned function is called. */
  listen: (onHint: () => Promise<void>) => () => void;
}

export interface PollerOptions {
  /** While someone looks at the page. */
  lookingMs?: number;
  /** While the page is in sight but nobody has touched anything for a while. */
  idleMs?: number;
  /** While the page is hidden. */
  hiddenMs?: number;
  /** The longest wait while it fails. */
  failingMs?: number;
}

const AWAY_AFTER_MS = 5 * 60_000;
const ACTIVITY = ["pointerdown", "keydown", "focus"] as const;

export function poller({ lookingMs = 3_000, idleMs = 15_000, hiddenMs = 60_000, failingMs = 60_000 }: PollerOptions = {}): NewsSource {
  return {
    listen(onHint) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let failures = 0;
      let lastActivity = Date.now();
      let stopped = false;
      let asking = false;

      const interval = () => {
        const base = document.hidden ? hiddenMs : Date.now() - lastActivity > AWAY_AFTER_MS ? idleMs : lookingMs;
        return Math.min(base * 2 ** failures, Math.max(failingMs, base));
      };
      const plan = (ms: number) => {
        clearTimeout(timer);
        timer = setTimeout(() => void ask(), ms);
      };
      const ask = async () => {
        if (stopped || asking) {
          return;
        }
        asking = true;
        let wait: number | undefined;
        try {
          await onHint();
          failures = 0;
        } catch (error) {
          const failure = asFailure(error);
          failures = Math.min(failures + 1, 10);
          wait = failure.retryAfter;
        }
        asking = false;
        // The listener may have been stopped while it was asking.
        if (!(stopped as boolean)) {
          plan(Math.max(wait ?? 0, interval()));
        }
      };
      const wake = () => {
        const away = Date.now() - lastActivity > AWAY_AFTER_MS;
        lastActivity = Date.now();
        if (away) {
          plan(0);
        }
      };
      const seen = () => {
        if (!document.hidden) {
          failures = 0;
          plan(0);
        }
      };
      for (const event of ACTIVITY) {
        window.addEventListener(event, wake, { passive: true });
      }
      document.addEventListener("visibilitychange", seen);
      window.addEventListener("online", seen);
      plan(interval());
      return () => {
        stopped = true;
        clearTimeout(timer);
        for (const event of ACTIVITY) {
          window.removeEventListener(event, wake);
        }
        document.removeEventListener("visibilitychange", seen);
        window.removeEventListener("online", seen);
      };
    },
  };
}
