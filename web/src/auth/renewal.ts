// When a session is renewed: because someone works, never because a page polls.

/** Renewed only if someone touched the page within this time before the token ends. */
export const ACTIVE_WITHIN_MS = 15 * 60_000;

const ACTIVITY = ["pointerdown", "keydown"] as const;

/** Remembers when someone last touched the page. */
export function watchActivity(): { active: () => boolean; stop: () => void } {
  let last = Date.now();
  const touch = () => {
    last = Date.now();
  };
  for (const event of ACTIVITY) {
    window.addEventListener(event, touch, { passive: true, capture: true });
  }
  return {
    active: () => Date.now() - last <= ACTIVE_WITHIN_MS,
    stop: () => {
      for (const event of ACTIVITY) {
        window.removeEventListener(event, touch, { capture: true });
      }
    },
  };
}
