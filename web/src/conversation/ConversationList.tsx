// A patient's conversations: search as you type, unread marks, open ones before closed ones.
import { type ReactNode, useState } from "react";
import { Button } from "react-aria-components/Button";
import { Input, Label, SearchField } from "react-aria-components/SearchField";
import { limits } from "../api/limits.ts";
import type { Conversation } from "../api/types.ts";
import { useText } from "../text/TextProvider.tsx";
import { queryWords } from "../ui/highlight.ts";
import { Icon } from "../ui/icons.tsx";
import { Failed, Loading } from "../ui/notices.tsx";
import { useDebounced } from "../ui/useDebounced.ts";
import { ConversationRows } from "./ConversationRows.tsx";
import { useConversations } from "./useConversations.ts";

interface Props {
  patientId: string;
  selected?: string | undefined;
  /** Where a conversation is shown. */
  hrefOf: (conversation: Conversation) => string;
  /** The buttons that begin a conversation. */
  begin: ReactNode;
}

export function ConversationList({ patientId, selected, hrefOf, begin }: Props) {
  const { t, count } = useText();
  const [typed, setTyped] = useState("");
  const debounced = useDebounced(typed.trim());
  // A query without a word finds nothing: it is no search.
  const q = queryWords(debounced).length > 0 ? debounced : "";
  const list = useConversations(patientId, q);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const unread = items.filter((item) => item.unread).length;
  const loadMore = () => {
    if (list.hasNextPage && !list.isFetchingNextPage) {
      void list.fetchNextPage();
    }
  };
  return (
    <section className="conversations" aria-label={t("conversations")}>
      <div className="list-tools">
        <Search value={typed} onChange={setTyped} />
        {begin}
      </div>
      <p className="visually-hidden" role="status">
        {list.isSuccess && !list.isPlaceholderData && (q === "" ? count("unread.count", unread) : count("search.found", items.length))}
      </p>
      {list.error && !list.data ? (
        <Failed error={list.error} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Loading />
      ) : items.length === 0 ? (
        <p className="empty">{t(q === "" ? "list.empty" : "search.nothing")}</p>
      ) : (
        <ConversationRows items={items} q={q} selected={selected} hrefOf={hrefOf} hasMore={list.hasNextPage} onEnd={loadMore} />
      )}
    </section>
  );
}

function Search({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useText();
  return (
    <SearchField className="search" value={value} onChange={onChange}>
      <Label className="visually-hidden">{t("search.label")}</Label>
      <Input
        placeholder={t("search.placeholder")}
        maxLength={limits["list-conversations"].q.maxLength}
        autoComplete="off"
        spellCheck={false}
      />
      <Button className="icon-button clear" aria-label={t("search.clear")}>
        <Icon name="close" />
      </Button>
    </SearchField>
  );
}
