// A conversation: its head with lock and envelope, its log, and the composer.
import { type ReactNode, useRef, useState } from "react";
import { asFailure } from "../api/failure.ts";
import type { ChatEntry, Conversation } from "../api/types.ts";
import { useSession } from "../app/session.ts";
import { lastNumber } from "../chat/transcript.ts";
import { useChat, useReading, useSetStatus } from "../data/hooks.ts";
import { useText } from "../text/text.tsx";
import { ChatLog } from "./ChatLog.tsx";
import { Composer } from "./Composer.tsx";
import { Failed, FailureNotice, IconToggle, Loading } from "./ui.tsx";
import { Button } from "react-aria-components/Button";

interface Props {
  id: string;
  /** The way back to the list, on narrow screens. */
  back?: ReactNode;
  /** What stands beside the title: the way to the encounter. */
  aside?: (conversation: Conversation) => ReactNode;
}

/** Keyed by the conversation: another one begins anew. */
export function Chat(props: Props) {
  return <OneChat key={props.id} {...props} />;
}

function OneChat({ id, back, aside }: Props) {
  const { t } = useText();
  const { head, entries, pending, hasOlder, loadOlder, older } = useChat(id);
  const [seen, setSeen] = useState(0);
  const section = useRef<HTMLElement>(null);
  const { me } = useSession();
  const setStatus = useSetStatus(id);
  const envelope = useReading(head.data, seen);
  const failed = head.data ? undefined : head.error;
  if (failed) {
    return (
      <section className="chat">
        {back}
        <Failed error={failed} onRetry={() => void head.refetch()} />
      </section>
    );
  }
  if (!head.data) {
    return (
      <section className="chat">
        <Loading />
      </section>
    );
  }
  const conversation = head.data;
  const closed = conversation.status === "closed";
  // Unread is what the other side wrote: where it wrote nothing, there is nothing to mark.
  const isOthers = ({ kind, sender }: ChatEntry) => kind === "message" && (sender.role === "patient") !== (me.role === "patient");
  const reopen = () => {
    if (!setStatus.isPending) {
      // The button goes; who reopens a chat wants to write in it.
      setStatus.mutate("open", { onSuccess: () => section.current?.querySelector("textarea")?.focus() });
    }
  };
  return (
    <section className="chat" aria-label={conversation.title} ref={section}>
      <header className="chat-head">
        {back}
        <div className="chat-title">
          <h2>{conversation.title}</h2>
          {aside?.(conversation)}
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
          icon={conversation.unread ? "envelope" : "openEnvelope"}
          label={t("envelope")}
          pressed={conversation.unread}
          busy={envelope.isPending}
          disabled={!conversation.unread && !hasOlder && !entries.data?.some(isOthers)}
          onChange={(pressed) => envelope.mutate(pressed)}
        />
      </header>
      {setStatus.error && (
        <Failed error={setStatus.error} what={t("status.failed")} onRetry={() => setStatus.mutate(setStatus.variables)} />
      )}
      {envelope.error && <Failed error={envelope.error} what={t("envelope.failed")} onRetry={() => envelope.mutate(envelope.variables)} />}
      {entries.error && <Stale error={entries.error} onRetry={() => void entries.refetch()} />}
      {entries.data ? (
        <ChatLog
          conversationId={id}
          transcript={entries.data}
          pending={pending}
          hasOlder={hasOlder}
          olderFailed={older.error}
          onOlder={loadOlder}
          onSeen={() => setSeen(lastNumber(entries.data))}
        />
      ) : (
        !entries.error && <Loading />
      )}
      {closed && <ClosedNotice conversation={conversation} onReopen={reopen} />}
      <Composer conversation={conversation} />
    </section>
  );
}

/** The page goes on with what it has; what fails is told without taking anything away. */
function Stale({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useText();
  return (
    <FailureNotice kind={asFailure(error).kind} what={t("stale")}>
      <Button className="button" onPress={onRetry}>
        {t("retry")}
      </Button>
    </FailureNotice>
  );
}

function ClosedNotice({ conversation, onReopen }: { conversation: Conversation; onReopen: () => void }) {
  const { t } = useText();
  const { me } = useSession();
  const by = conversation.closedBy;
  return (
    <div className="notice" role="status">
      <p>{by ? (by.userId === me.userId ? t("closed.byYou") : t("closed.by", { name: by.name })) : t("closed.notice")}</p>
      <Button className="button" onPress={onReopen}>
        {t("reopen")}
      </Button>
    </div>
  );
}
