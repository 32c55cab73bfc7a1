// Whether the user is active: a session is renewed while someone works, never because a page polls.

/** The user counts as active for this long after a key or a press. */
export const ACTIVE_WITHIN_MS = 15 * 60_000;

const ACTIVITY = ["pointerdown", "keydown"] as const;

/** Watches for keys and presses. */
export function watchActivity(): { isActive: () => boolean; stop: () => void } {
  let last = Date.now();
  const note = () => {
    last = Date.now();
  };
  for (const event of ACTIVITY) {
    window.addEventListener(event, note, { passive: true, capture: true });
  }
  return {
    isActive: () => Date.now() - last <= ACTIVE_WITHIN_MS,
    stop: () => {
      for (const event of ACTIVITY) {
        window.removeEventListener(event, note, { capture: true });
      }
    },
  };
}
