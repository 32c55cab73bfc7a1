// The head of a conversation: title, state, the lock that closes and reopens it, the envelope that marks it unread.
import type { ReactNode } from "react";
import type { Conversation } from "../api/types.ts";
import { useText } from "../text/TextProvider.tsx";
import { IconToggle } from "../ui/buttons.tsx";
import type { useReading } from "./useReading.ts";
import type { useSetStatus } from "./useSetStatus.ts";

interface Props {
  conversation: Conversation;
  back: ReactNode;
  aside: ReactNode;
  setStatus: ReturnType<typeof useSetStatus>;
  markUnread: ReturnType<typeof useReading>;
  canMarkUnread: boolean;
}

export function ConversationHead({ conversation, back, aside, setStatus, markUnread, canMarkUnread }: Props) {
  const { t } = useText();
  const { title, status, unread } = conversation;
  const closed = status === "closed";
  return (
    <header className="conversation-head">
      {back}
      <div className="conversation-title">
        <h2>{title}</h2>
        {aside}
      </div>
      <span className={closed ? "state closed" : "state"}>{t(closed ? "closed" : "open")}</span>
      <IconToggle
        icon={closed ? "locked" : "unlocked"}
        label={t("lock")}
        pressed={closed}
        busy={setStatus.isPending}
        onChange={(pressed) => setStatus.mutate(pressed ? "closed" : "open")}
      />
      <IconToggle
        icon={unread ? "envelope" : "openEnvelope"}
        label={t("envelope")}
        pressed={unread}
        busy={markUnread.isPending}
        disabled={!unread && !canMarkUnread}
        onChange={(pressed) => markUnread.mutate(pressed)}
      />
    </header>
  );
}
