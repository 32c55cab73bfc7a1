// Keeps the reader's place in a log when its content changes: at the end, or with the same entry at the same height.
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { LogWindow } from "./log-window.ts";
import type { Queue } from "./pending.ts";
import type { Transcript } from "./transcript.ts";

interface Anchor {
  number: string;
  top: number;
}

/** What is rendered: a change of it can move the entries. */
interface Content {
  window: LogWindow;
  transcript: Transcript;
  pending: Queue;
}

/** Returns the ref of the scrolling element, and a function to call when the reader scrolls it. */
export function useScrollAnchor(following: boolean, content: Content): [RefObject<HTMLDivElement | null>, () => void] {
  const { window, transcript, pending } = content;
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef<Anchor>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) {
      return;
    }
    if (following) {
      element.scrollTop = element.scrollHeight;
    } else if (anchor.current) {
      const kept = element.querySelector<HTMLElement>(`[data-number="${anchor.current.number}"]`);
      const moved = kept ? kept.offsetTop - anchor.current.top : 0;
      // Assigning scrollTop, even without a change, would stop a scroll in progress.
      if (moved !== 0) {
        element.scrollTop += moved;
      }
    }
    anchor.current = anchorIn(element);
  }, [following, window, transcript, pending]);

  // Images and a smaller window change heights later.
  useEffect(() => {
    const element = scroller.current;
    const list = element?.firstElementChild;
    if (!element || !list || !following) {
      return;
    }
    const observer = new ResizeObserver(() => {
      element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    observer.observe(list);
    return () => observer.disconnect();
  }, [following]);

  const noteAnchor = () => {
    anchor.current = scroller.current ? anchorIn(scroller.current) : undefined;
  };
  return [scroller, noteAnchor];
}

/** The first visible entry and its offset in the log, which changes with what is inserted above it but not with scrolling. */
function anchorIn(element: HTMLElement): Anchor | undefined {
  const edge = element.getBoundingClientRect().top;
  for (const child of element.querySelectorAll<HTMLElement>("[data-number]")) {
    if (child.getBoundingClientRect().bottom > edge) {
      return { number: child.dataset["number"] ?? "", top: child.offsetTop };
    }
  }
  return undefined;
}
