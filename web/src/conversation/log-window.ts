// Which part of a long transcript is rendered, and how that part moves when the transcript grows.

/** A range of entries, by index; `end` is excluded. */
export interface LogWindow {
  start: number;
  end: number;
}

/** At most this many entries are rendered at once, however long the conversation is. */
export const WINDOW = 160;
export const STEP = 60;

/** The window on the newest entries. */
export const atEnd = (total: number): LogWindow => ({ start: Math.max(0, total - WINDOW), end: total });

/** Moves the window towards older or newer entries. */
export function slide(window: LogWindow, towards: "older" | "newer", total: number): LogWindow {
  if (towards === "older") {
    const start = Math.max(0, window.start - STEP);
    return { start, end: Math.min(total, Math.max(window.end - Math.max(0, window.end - start - WINDOW), start)) };
  }
  const end = Math.min(total, window.end + STEP);
  return { start: Math.max(0, Math.max(window.start, end - WINDOW)), end };
}

export interface Growth {
  /** How many older entries were added. */
  before: number;
  oldTotal: number;
  total: number;
  /** Whether the reader is at the end. */
  following: boolean;
}

/** The window after the transcript grew: a reader at the end follows it, a reader further up stays where they are. */
export function grown(window: LogWindow, { before, oldTotal, total, following }: Growth): LogWindow {
  if (following) {
    return atEnd(total);
  }
  const shifted = { start: window.start + before, end: window.end + before };
  if (before > 0) {
    // Older entries are loaded because the reader wants to see them.
    return slide(shifted, "older", total);
  }
  const wasAtNewest = window.end === oldTotal;
  return wasAtNewest && total - shifted.start <= WINDOW ? { start: shifted.start, end: total } : shifted;
}

/** Whether a scrolled element is at its end, to within a line. */
export const isAtEnd = ({ scrollTop, scrollHeight, clientHeight }: Pick<Element, "scrollTop" | "scrollHeight" | "clientHeight">): boolean =>
  scrollHeight - scrollTop - clientHeight < 48;
