// One entry of a chat: a message, a closing or reopening, or a message on its way.
import { Button } from "react-aria-components/Button";
import type { ChatEntry } from "../api/types.ts";
import { useSession } from "../app/session.ts";
import type { Pending } from "../chat/outbox.ts";
import { useText } from "../text/text.tsx";
import { Icon } from "./icons.tsx";
import { ImageView } from "./ImageView.tsx";
import { Preview } from "./Preview.tsx";

interface Props {
  entry: ChatEntry;
  conversationId: string;
  own: boolean;
  /** Whether the entry before is of the same sender, so that the name need not be repeated to the eye. */
  follows: boolean;
}

export function EntryView({ entry, conversationId, own, follows }: Props) {
  const { t, moment, fullMoment } = useText();
  const time = (
    <time dateTime={entry.sentAt} title={fullMoment(entry.sentAt)}>
      {moment(entry.sentAt)}
    </time>
  );
  const name = own ? t("you") : entry.sender.name;
  if (entry.kind === "status") {
    return (
      <p className="status-entry" data-number={entry.number}>
        {t(
          own
            ? entry.status === "closed"
              ? "status.youClosed"
              : "status.youReopened"
            : entry.status === "closed"
              ? "status.closed"
              : "status.reopened",
          {
            name,
          },
        )}{" "}
        {time}
      </p>
    );
  }
  return (
    <article className={own ? "message own" : "message"} data-number={entry.number} aria-label={t("message.by", { name })}>
      <p className={follows ? "visually-hidden" : "sender"}>{name}</p>
      <div className="bubble">
        {entry.questionnaireResponse ? (
          <dl className="answers">
            {entry.questionnaireResponse.items.map((item) => (
              <div key={item.linkId}>
                <dt>{item.text}</dt>
                <dd>{typeof item.value === "boolean" ? t(item.value ? "yes" : "no") : String(item.value)}</dd>
              </div>
            ))}
          </dl>
        ) : (
          entry.text && <p className="text">{entry.text}</p>
        )}
        {entry.attachments?.map((image) => (
          <ImageView key={image.id} conversationId={conversationId} image={image} />
        ))}
      </div>
      <p className="message-foot">
        {time}
        {own && <span className="delivery">{t("state.sent")}</span>}
      </p>
    </article>
  );
}

export function PendingView({ message }: { message: Pending }) {
  const { t } = useText();
  const { outbox, previews } = useSession();
  const { id, conversationId, state, failure } = message;
  const label = { sending: "state.sending", sent: "state.sent", failed: "state.failed", refused: "state.refused" } as const;
  return (
    <article className={`message own ${state}`} aria-label={t("message.by", { name: t("you") })}>
      <div className="bubble">
        {message.text && <p className="text">{message.text}</p>}
        {message.images.map((image) => (
          <p className="text" key={image.id}>
            <Preview file={previews.get(image.id)} /> {image.name}
          </p>
        ))}
      </div>
      <p className="message-foot" role="status">
        <Icon name={state === "sent" ? "check" : state === "sending" ? "clock" : "warning"} />
        <span className="delivery">
          {t(label[state])}
          {failure && `: ${t(`failure.${failure}`)}`}
        </span>
      </p>
      {(state === "failed" || state === "refused") && (
        <div className="actions">
          {state === "failed" && (
            <Button className="button small" onPress={() => outbox.retry(conversationId)}>
              {t("retry")}
            </Button>
          )}
          <Button className="button small" onPress={() => outbox.takeBack(conversationId, id)}>
            {t("edit")}
          </Button>
          <Button className="button small quiet" onPress={() => outbox.discard(conversationId, id)}>
            {t("discard")}
          </Button>
        </div>
      )}
    </article>
  );
}
