// A row of the conversation list: title, time, the beginning of the last message, whether it is unread or closed.
import { Link } from "wouter";
import type { Conversation } from "../api/types.ts";
import { useText } from "../text/TextProvider.tsx";
import { Highlighted } from "../ui/Highlighted.tsx";
import { UnreadDot } from "../ui/UnreadDot.tsx";

interface Props {
  item: Conversation;
  q: string;
  /** Whether it is the open conversation. */
  current: boolean;
  isTabStop: boolean;
  href: string;
  onFocus: () => void;
  onBlur: () => void;
}

export function ConversationRow({ item, q, current, isTabStop, href, onFocus, onBlur }: Props) {
  const { t, moment, fullMoment } = useText();
  const time = item.lastMessageAt ?? item.createdAt;
  return (
    <Link
      href={href}
      className={`row${item.unread ? " unread" : ""}${current ? " current" : ""}`}
      aria-current={current ? "page" : undefined}
      data-conversation={item.id}
      tabIndex={isTabStop ? 0 : -1}
      onFocus={onFocus}
      // Without a next element the row was moved or the window left: the focus still belongs to it.
      onBlur={(event) => event.relatedTarget && onBlur()}
    >
      <span className="row-head">
        {item.unread && <UnreadDot />}
        <span className="row-title">
          <Highlighted text={item.title} query={q} />
        </span>
        <time dateTime={time} title={fullMoment(time)}>
          {moment(time)}
        </time>
      </span>
      <span className="row-foot">
        <span className="row-preview">
          <Preview item={item} q={q} />
        </span>
        {item.status === "closed" && <span className="tag">{t("closed")}</span>}
      </span>
    </Link>
  );
}

/** The beginning of the last message, or how many images it holds when it has no text. */
function Preview({ item, q }: { item: Conversation; q: string }) {
  const { t, count } = useText();
  if (item.lastMessagePreview) {
    return <Highlighted text={item.lastMessagePreview} query={q} />;
  }
  return item.lastMessageImages ? count("list.images", item.lastMessageImages) : t("list.noMessage");
}
