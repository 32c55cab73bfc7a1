// A message on its way, or one that was not sent and what can be done about it.
import { Button } from "react-aria-components/Button";
import { useText } from "../text/TextProvider.tsx";
import { Icon } from "../ui/icons.tsx";
import { FileThumbnail } from "./FileThumbnail.tsx";
import { useMessaging } from "./messaging.tsx";
import type { Pending } from "./pending.ts";

const LABELS = { sending: "state.sending", sent: "state.sent", failed: "state.failed", refused: "state.refused" } as const;
const ICONS = { sending: "clock", sent: "check", failed: "warning", refused: "warning" } as const;

export function PendingView({ message }: { message: Pending }) {
  const { t } = useText();
  const { files } = useMessaging();
  const { text, images, state, failure } = message;
  return (
    <article className={`message own ${state}`} aria-label={t("message.by", { name: t("you") })}>
      <div className="bubble">
        {text && <p className="text">{text}</p>}
        {images.map((image) => (
          <p className="text" key={image.id}>
            <FileThumbnail file={files.get(image.id)} /> {image.name}
          </p>
        ))}
      </div>
      <p className="message-foot" role="status">
        <Icon name={ICONS[state]} />
        <span className="delivery">
          {t(LABELS[state])}
          {failure && `: ${t(`failure.${failure}`)}`}
        </span>
      </p>
      {(state === "failed" || state === "refused") && <Actions message={message} />}
    </article>
  );
}

function Actions({ message: { id, conversationId, state } }: { message: Pending }) {
  const { t } = useText();
  const { outbox } = useMessaging();
  return (
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
  );
}
