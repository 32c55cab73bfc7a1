// The log of a chat: entries and messages on their way, a window of them at a time; it keeps its place while news comes in.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Button } from "react-aria-components/Button";
import type { Pending } from "../chat/outbox.ts";
import { firstNumber, lastNumber, type Transcript } from "../chat/transcript.ts";
import { atEnd, grown, isAtEnd, slide } from "../chat/window.ts";
import { useSession } from "../app/session.ts";
import { useText } from "../text/text.tsx";
import { EntryView, PendingView } from "./EntryView.tsx";
import { Icon } from "./icons.tsx";
import { Failed } from "./ui.tsx";

interface Props {
  conversationId: string;
  transcript: Transcript;
  pending: readonly Pending[];
  hasOlder: boolean;
  olderFailed: unknown;
  onOlder: () => void;
  /** The newest entry is before someone's eyes. */
  onSeen: () => void;
}

/** This near to an end of the window, in pixels, the next part of the transcript comes in. */
const NEAR = 400;

export function ChatLog({ conversationId, transcript, pending, hasOlder, olderFailed, onOlder, onSeen }: Props) {
  const { t } = useText();
  const { me } = useSession();
  const scroller = useRef<HTMLDivElement>(null);
  /** Where in the log the first entry in sight stood before the last change. */
  const anchor = useRef<{ number: string; top: number }>(undefined);
  const top = useRef(0);
  const [following, setFollowing] = useState(true);
  const [seenNumber, setSeenNumber] = useState(lastNumber(transcript));
  const [shown, setShown] = useState({ transcript, window: atEnd(transcript.length) });
  if (shown.transcript !== transcript) {
    const before = Math.max(0, firstNumber(shown.transcript) - firstNumber(transcript));
    const change = { before: shown.transcript.length ? before : 0, oldTotal: shown.transcript.length, total: transcript.length, following };
    setShown({ transcript, window: grown(shown.window, change) });
  }
  const { window: range } = shown;
  const entries = transcript.slice(range.start, range.end);
  const newest = range.end === transcript.length;
  const last = lastNumber(transcript);
  const news = transcript.filter(
    (entry) => entry.number > seenNumber && entry.kind === "message" && entry.sender.userId !== me.userId,
  ).length;

  const look = () => {
    const element = scroller.current;
    if (!element) {
      return;
    }
    anchor.current = anchorIn(element);
    // Only who scrolls up stops to follow; what grows below moves nobody away from the end.
    const up = element.scrollTop < top.current - 1;
    top.current = element.scrollTop;
    if (newest && isAtEnd(element)) {
      setFollowing(true);
      if (!document.hidden) {
        setSeenNumber(last);
      }
    } else if (up) {
      setFollowing(false);
    }
    if (element.scrollTop < NEAR) {
      if (range.start > 0) {
        setShown({ transcript, window: slide(range, "older", transcript.length) });
      } else if (!olderFailed) {
        onOlder();
      }
    } else if (!newest && element.scrollHeight - element.scrollTop - element.clientHeight < NEAR) {
      setShown({ transcript, window: slide(range, "newer", transcript.length) });
    }
  };
  // After each change the page stands where it stood: at the end, or with the same entry at the same place.
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
      // Setting it, even to what it is, would end a scrolling that is under way.
      if (moved !== 0) {
        element.scrollTop += moved;
      }
    }
    anchor.current = anchorIn(element);
  }, [following, range.start, range.end, transcript, pending]);

  // Images and a smaller window change heights after the fact.
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

  const seen = following && newest;
  useEffect(() => {
    const tell = () => {
      if (seen && !document.hidden) {
        setSeenNumber(last);
        onSeen();
      }
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what is told depends on what is shown alone
  }, [seen, last]);

  const toEnd = () => {
    setShown({ transcript, window: atEnd(transcript.length) });
    setFollowing(true);
    setSeenNumber(last);
  };
  const toOlder = () => {
    setFollowing(false);
    if (range.start > 0) {
      setShown({ transcript, window: slide(range, "older", transcript.length) });
    } else {
      onOlder();
    }
  };
  const onTheWay = pending.filter(({ id }) => !transcript.some((entry) => entry.id === id));
  return (
    <div className="log-frame">
      {/* A scrolling region needs the focus to be scrolled by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="log-scroll" ref={scroller} onScroll={look} tabIndex={0} role="region" aria-label={t("log.region")}>
        <div className="log-body">
          {olderFailed ? (
            <Failed error={olderFailed} onRetry={onOlder} />
          ) : hasOlder || range.start > 0 ? (
            <Button className="button quiet older" onPress={toOlder}>
              {t("log.older")}
            </Button>
          ) : (
            transcript.length === 0 && onTheWay.length === 0 && <p className="empty">{t("log.empty")}</p>
          )}
          {/* Read out is what comes below, to whoever is there; not what is loaded above to whoever scrolls up. */}
          <div className="log" role="log" aria-live={following ? "polite" : "off"} aria-label={t("log")} aria-relevant="additions">
            {entries.map((entry, index) => (
              <EntryView
                key={entry.number}
                entry={entry}
                conversationId={conversationId}
                own={entry.sender.userId === me.userId}
                follows={
                  entry.kind === "message" &&
                  entries[index - 1]?.kind === "message" &&
                  entries[index - 1]?.sender.userId === entry.sender.userId
                }
              />
            ))}
            {newest && onTheWay.map((message) => <PendingView key={message.id} message={message} />)}
          </div>
        </div>
      </div>
      <p className="visually-hidden" role="status">
        {!following && news > 0 && t("log.news")}
      </p>
      {!following && (
        <Button className={news > 0 ? "button to-end news" : "button to-end"} onPress={toEnd}>
          <Icon name="down" />
          <span className={news > 0 ? undefined : "visually-hidden"}>{t(news > 0 ? "log.news" : "log.toEnd")}</span>
        </Button>
      )}
    </div>
  );
}

/** The first entry that is in sight, and where in the log: what comes in above it moves it there, scrolling does not. */
function anchorIn(element: HTMLElement): { number: string; top: number } | undefined {
  const edge = element.getBoundingClientRect().top;
  for (const child of element.querySelectorAll<HTMLElement>("[data-number]")) {
    if (child.getBoundingClientRect().bottom > edge) {
      return { number: child.dataset["number"] ?? "", top: child.offsetTop };
    }
  }
  return undefined;
}
