// The messages of a conversation: entries and messages on their way, a window of them at a time.
import { Button } from "react-aria-components/Button";
import { useSession } from "../session/session.ts";
import { useText } from "../text/TextProvider.tsx";
import { Icon } from "../ui/icons.tsx";
import { Failed } from "../ui/notices.tsx";
import { EntryView } from "./EntryView.tsx";
import { PendingView } from "./PendingView.tsx";
import { type LogContent, useLogScroll } from "./useLogScroll.ts";

interface Props extends LogContent {
  conversationId: string;
}

export function MessageLog(props: Props) {
  const { conversationId, transcript, pending, older } = props;
  const { t } = useText();
  const { me } = useSession();
  const { scroller, onScroll, window, isNewest, following, news, toNewest, toOlder } = useLogScroll(props);
  const entries = transcript.slice(window.start, window.end);
  const onTheWay = pending.filter(({ id }) => !transcript.some((entry) => entry.id === id));
  const hasNews = !following && news > 0;
  return (
    <div className="log-frame">
      {/* A scrolling region needs the focus to be scrolled by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="log-scroll" ref={scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label={t("log.region")}>
        <div className="log-body">
          {older.error ? (
            <Failed error={older.error} onRetry={older.load} />
          ) : older.exist || window.start > 0 ? (
            <Button className="button quiet older" onPress={toOlder}>
              {t("log.older")}
            </Button>
          ) : (
            transcript.length === 0 && onTheWay.length === 0 && <p className="empty">{t("log.empty")}</p>
          )}
          {/* A screen reader announces new messages to readers at the end, not older ones to readers who scroll up. */}
          <div className="log" role="log" aria-live={following ? "polite" : "off"} aria-label={t("log")} aria-relevant="additions">
            {entries.map((entry, index) => (
              <EntryView
                key={entry.number}
                entry={entry}
                previous={entries[index - 1]}
                conversationId={conversationId}
                own={entry.sender.userId === me.userId}
              />
            ))}
            {isNewest && onTheWay.map((message) => <PendingView key={message.id} message={message} />)}
          </div>
        </div>
      </div>
      <p className="visually-hidden" role="status">
        {hasNews && t("log.news")}
      </p>
      {!following && (
        <Button className={hasNews ? "button to-end news" : "button to-end"} onPress={toNewest}>
          <Icon name="down" />
          <span className={hasNews ? undefined : "visually-hidden"}>{t(hasNews ? "log.news" : "log.toEnd")}</span>
        </Button>
      )}
    </div>
  );
}
