// Scrolling in the log: at the end the reader follows the news; near either end of the window it moves on.
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useSession } from "../session/session.ts";
import { isAtEnd } from "./log-window.ts";
import type { Queue } from "./pending.ts";
import { lastNumber, type Transcript } from "./transcript.ts";
import { useLogWindow } from "./useLogWindow.ts";
import { useScrollAnchor } from "./useScrollAnchor.ts";

export interface LogContent {
  transcript: Transcript;
  pending: Queue;
  older: { exist: boolean; load: () => void; error: unknown };
  /** Called when the newest entry is on the screen. */
  onSeen: () => void;
}

/** How near to an end of the window, in pixels, it moves on. */
const NEAR = 400;

export function useLogScroll({ transcript, pending, older, onSeen }: LogContent) {
  const { me } = useSession();
  const previousTop = useRef(0);
  const [following, setFollowing] = useState(true);
  const { window, isNewest, slideTo, slideToEnd } = useLogWindow(transcript, following);
  const [scroller, noteAnchor] = useScrollAnchor(following, { window, transcript, pending });
  const last = lastNumber(transcript);
  const [seenNumber, setSeenNumber] = useState(last);
  useSeen(following && isNewest, last, () => {
    setSeenNumber(last);
    onSeen();
  });

  const follow = (element: HTMLElement) => {
    // Only scrolling up stops following; content that grows below does not move the reader away from the end.
    const up = element.scrollTop < previousTop.current - 1;
    previousTop.current = element.scrollTop;
    if (isNewest && isAtEnd(element)) {
      setFollowing(true);
      if (!document.hidden) {
        setSeenNumber(last);
      }
    } else if (up) {
      setFollowing(false);
    }
  };
  const showMore = (element: HTMLElement) => {
    if (element.scrollTop < NEAR) {
      if (window.start > 0) {
        slideTo("older");
      } else if (!older.error) {
        older.load();
      }
    } else if (!isNewest && element.scrollHeight - element.scrollTop - element.clientHeight < NEAR) {
      slideTo("newer");
    }
  };
  const onScroll = () => {
    if (scroller.current) {
      noteAnchor();
      follow(scroller.current);
      showMore(scroller.current);
    }
  };
  const toNewest = () => {
    slideToEnd();
    setFollowing(true);
    setSeenNumber(last);
  };
  const toOlder = () => {
    setFollowing(false);
    if (window.start > 0) {
      slideTo("older");
    } else {
      older.load();
    }
  };
  const news = transcript.filter(
    ({ number, kind, sender }) => number > seenNumber && kind === "message" && sender.userId !== me.userId,
  ).length;
  return { scroller, onScroll, window, isNewest, following, news, toNewest, toOlder };
}

/** Calls a function for each newest entry that is on a visible page. */
function useSeen(atNewest: boolean, last: number, onSeen: () => void): void {
  const notify = useEffectEvent(() => {
    if (atNewest && !document.hidden) {
      onSeen();
    }
  });
  useEffect(() => {
    notify();
    const onVisible = () => notify();
    document.addEventListener("visibilitychange", onVisible);
    return () => document.removeEventListener("visibilitychange", onVisible);
  }, [atNewest, last]);
}
