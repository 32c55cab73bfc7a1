// One entry of a conversation: a message, or that it was closed or reopened.
import type { Entry } from "../api/types.ts";
import { useText } from "../text/TextProvider.tsx";
import { ImageView } from "./ImageView.tsx";

interface Props {
  entry: Entry;
  /** The entry above. */
  previous: Entry | undefined;
  conversationId: string;
  /** Whether the reader is its sender. */
  own: boolean;
}

export function EntryView({ entry, previous, conversationId, own }: Props) {
  const { t } = useText();
  if (entry.kind === "status") {
    return <StatusEntry entry={entry} own={own} />;
  }
  const name = own ? t("you") : entry.sender.name;
  const sameSender = previous?.kind === "message" && previous.sender.userId === entry.sender.userId;
  return (
    <article className={own ? "message own" : "message"} data-number={entry.number} aria-label={t("message.by", { name })}>
      <p className={sameSender ? "visually-hidden" : "sender"}>{name}</p>
      <div className="bubble">
        {entry.questionnaireResponse ? <Answers entry={entry} /> : entry.text && <p className="text">{entry.text}</p>}
        {entry.attachments?.map((image) => (
          <ImageView key={image.id} conversationId={conversationId} image={image} />
        ))}
      </div>
      <p className="message-foot">
        <SentAt entry={entry} />
        {own && <span className="delivery">{t("state.sent")}</span>}
      </p>
    </article>
  );
}

function StatusEntry({ entry, own }: { entry: Entry; own: boolean }) {
  const { t } = useText();
  const closed = entry.status === "closed";
  const text = own
    ? t(closed ? "status.youClosed" : "status.youReopened")
    : t(closed ? "status.closed" : "status.reopened", { name: entry.sender.name });
  return (
    <p className="status-entry" data-number={entry.number}>
      {text} <SentAt entry={entry} />
    </p>
  );
}

function Answers({ entry }: { entry: Entry }) {
  const { t } = useText();
  return (
    <dl className="answers">
      {entry.questionnaireResponse?.items.map(({ linkId, text, value }) => (
        <div key={linkId}>
          <dt>{text}</dt>
          <dd>{typeof value === "boolean" ? t(value ? "yes" : "no") : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function SentAt({ entry }: { entry: Entry }) {
  const { moment, fullMoment } = useText();
  return (
    <time dateTime={entry.sentAt} title={fullMoment(entry.sentAt)}>
      {moment(entry.sentAt)}
    </time>
  );
}
