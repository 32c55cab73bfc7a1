// Which part of a long transcript stands in the page, and where the page stands on it after a change.

/** A range of entries, by index, `end` excluded. */
export interface Window {
  start: number;
  end: number;
}

/** At most this many entries are in the page at once, however long the chat is. */
export const WINDOW = 160;
export const STEP = 60;

/** The window on the newest entries. */
export const atEnd = (total: number): Window => ({ start: Math.max(0, total - WINDOW), end: total });

/** A step towards older or newer entries; the other end gives way. */
export function slide(window: Window, towards: "older" | "newer", total: number): Window {
  if (towards === "older") {
    const start = Math.max(0, window.start - STEP);
    return { start, end: Math.min(total, Math.max(window.end - Math.max(0, window.end - start - WINDOW), start)) };
  }
  const end = Math.min(total, window.end + STEP);
  return { start: Math.max(0, Math.max(window.start, end - WINDOW)), end };
}

/**
 * The window after the transcript grew by `before` older entries and to `total`. Who reads at the end follows it;
 * who reads above stays where they are.
 */
export function grown(
  window: Window,
  { before, oldTotal, total, following }: { before: number; oldTotal: number; total: number; following: boolean },
): Window {
  if (following) {
    return atEnd(total);
  }
  const shifted = { start: window.start + before, end: window.end + before };
  if (before > 0) {
    // Older ones are loaded because someone wants to see them.
    return slide(shifted, "older", total);
  }
  const atNewest = window.end === oldTotal;
  return atNewest && total - shifted.start <= WINDOW ? { start: shifted.start, end: total } : shifted;
}

/** Whether someone reads at the end: within a line's height of it. */
export const isAtEnd = ({
  scrollTop,
  scrollHeight,
  clientHeight,
}: {
  scrollTop: number;
  scrollHeight: number;
  clientHeight: number;
}): boolean => scrollHeight - scrollTop - clientHeight < 48;
