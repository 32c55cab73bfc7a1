// A conversation: its head, its messages, and the composer.
import { type ReactNode, useRef, useState } from "react";
import { Button } from "react-aria-components/Button";
import { asFailure } from "../api/failure.ts";
import type { Conversation, Entry } from "../api/types.ts";
import { useSession } from "../session/session.ts";
import { useText } from "../text/TextProvider.tsx";
import { Failed, FailureNotice, Loading } from "../ui/notices.tsx";
import { Composer } from "./Composer.tsx";
import { ConversationHead } from "./ConversationHead.tsx";
import { MessageLog } from "./MessageLog.tsx";
import { lastNumber } from "./transcript.ts";
import { useConversation } from "./useConversation.ts";
import { useReading } from "./useReading.ts";
import { useSetStatus } from "./useSetStatus.ts";

interface Props {
  id: string;
  /** The link back to the list, on narrow screens. */
  back?: ReactNode;
  /** What is shown under the title: the link to the encounter. */
  aside?: (conversation: Conversation) => ReactNode;
}

/** Keyed by the conversation: another one starts with a new state. */
export function ConversationView(props: Props) {
  return <LoadingConversation key={props.id} {...props} />;
}

function LoadingConversation({ id, back, aside }: Props) {
  const { head, ...rest } = useConversation(id);
  if (head.data) {
    return <OpenConversation conversation={head.data} back={back} aside={aside?.(head.data)} {...rest} />;
  }
  return (
    <section className="conversation">
      {head.error ? (
        <>
          {back}
          <Failed error={head.error} onRetry={() => void head.refetch()} />
        </>
      ) : (
        <Loading />
      )}
    </section>
  );
}

interface OpenProps extends Omit<ReturnType<typeof useConversation>, "head"> {
  conversation: Conversation;
  back: ReactNode;
  aside: ReactNode;
}

function OpenConversation({ conversation, back, aside, entries, pending, older }: OpenProps) {
  const { t } = useText();
  const isFromOtherSide = useIsFromOtherSide();
  const [seen, setSeen] = useState(0);
  const section = useRef<HTMLElement>(null);
  const setStatus = useSetStatus(conversation.id);
  const markUnread = useReading(conversation, seen);
  const reopen = () => {
    if (!setStatus.isPending) {
      // The button disappears; users who reopen a conversation want to write.
      setStatus.mutate("open", { onSuccess: () => section.current?.querySelector("textarea")?.focus() });
    }
  };
  return (
    <section className="conversation" aria-label={conversation.title} ref={section}>
      <ConversationHead
        conversation={conversation}
        back={back}
        aside={aside}
        setStatus={setStatus}
        markUnread={markUnread}
        // Only messages of the other side can be unread.
        canMarkUnread={older.exist || entries.data?.some(isFromOtherSide) === true}
      />
      {setStatus.error && (
        <Failed error={setStatus.error} what={t("status.failed")} onRetry={() => setStatus.mutate(setStatus.variables)} />
      )}
      {markUnread.error && (
        <Failed error={markUnread.error} what={t("envelope.failed")} onRetry={() => markUnread.mutate(markUnread.variables)} />
      )}
      {entries.error && <NotUpToDate error={entries.error} onRetry={() => void entries.refetch()} />}
      {entries.data ? (
        <MessageLog
          conversationId={conversation.id}
          transcript={entries.data}
          pending={pending}
          older={older}
          onSeen={() => setSeen(lastNumber(entries.data))}
        />
      ) : (
        !entries.error && <Loading />
      )}
      {conversation.status === "closed" && <ClosedNotice conversation={conversation} onReopen={reopen} />}
      <Composer conversation={conversation} />
    </section>
  );
}

function useIsFromOtherSide(): (entry: Entry) => boolean {
  const { me } = useSession();
  return ({ kind, sender }) => kind === "message" && (sender.role === "patient") !== (me.role === "patient");
}

/** What is loaded stays on the page. */
function NotUpToDate({ error, onRetry }: { error: unknown; onRetry: () => void }) {
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
