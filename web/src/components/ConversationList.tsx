// A patient's conversations: search as you type, unread marks, open before closed; windowed, and the focus stays with its chat.
import { useVirtualizer, defaultRangeExtractor } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { Button } from "react-aria-components/Button";
import { Input, Label, SearchField } from "react-aria-components/SearchField";
import { Link } from "wouter";
import type { Conversation } from "../api/types.ts";
import { queryWords } from "../chat/marks.ts";
import { useConversations, useSettled } from "../data/hooks.ts";
import { useText } from "../text/text.tsx";
import { Icon } from "./icons.tsx";
import { Marks } from "./Marks.tsx";
import { Failed, Loading } from "./ui.tsx";

/** The height of a row in the style sheet, in pixels at the usual text size. */
const ROW = 76;

interface Props {
  patientId: string;
  selected?: string | undefined;
  /** Where a conversation is shown. */
  hrefOf: (conversation: Conversation) => string;
  /** The buttons that begin a chat. */
  begin: ReactNode;
}

export function ConversationList({ patientId, selected, hrefOf, begin }: Props) {
  const { t, count } = useText();
  const [typed, setTyped] = useState("");
  const settled = useSettled(typed.trim());
  // Without a word in it there is nothing to search for.
  const q = queryWords(settled).length > 0 ? settled : "";
  const list = useConversations(patientId, q);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const unread = items.filter((item) => item.unread).length;
  return (
    <section className="conversations" aria-label={t("conversations")}>
      <div className="list-tools">
        <SearchField className="search" value={typed} onChange={setTyped}>
          <Label className="visually-hidden">{t("search.label")}</Label>
          <Input placeholder={t("search.placeholder")} maxLength={200} autoComplete="off" spellCheck={false} />
          <Button className="icon-button clear" aria-label={t("search.clear")}>
            <Icon name="close" />
          </Button>
        </SearchField>
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
        <Rows
          items={items}
          q={q}
          selected={selected}
          hrefOf={hrefOf}
          onEnd={() => {
            if (list.hasNextPage && !list.isFetchingNextPage) {
              void list.fetchNextPage();
            }
          }}
          more={list.hasNextPage}
        />
      )}
    </section>
  );
}

interface RowsProps {
  items: Conversation[];
  q: string;
  selected: string | undefined;
  hrefOf: Props["hrefOf"];
  onEnd: () => void;
  more: boolean;
}

function Rows({ items, q, selected, hrefOf, onEnd, more }: RowsProps) {
  const { t } = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string>();
  const focusedIndex = items.findIndex((item) => item.id === focused);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 8,
    initialRect: { width: 320, height: 640 },
    // The row with the focus stays in the page, wherever the list is scrolled.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      return focusedIndex < 0 || indexes.includes(focusedIndex) ? indexes : [...indexes, focusedIndex].sort((a, b) => a - b);
    },
  });
  const shown = rows.getVirtualItems();
  // Tab stops at one row, and goes on to the chat: a list of a thousand is no thousand steps.
  const shownIds = shown.map(({ index }) => items[index]?.id);
  const stop = [focused, selected].find((id) => id !== undefined && shownIds.includes(id)) ?? shownIds[0];
  const lastShown = shown.at(-1)?.index ?? 0;
  const atEnd = more && lastShown >= items.length - 10;
  useLayoutEffect(() => {
    if (atEnd) {
      onEnd();
    }
  });
  // Moving a row in the page takes the focus from it: it gets it back.
  const order = items.map((item) => item.id).join();
  useLayoutEffect(() => {
    if (focused !== undefined && (document.activeElement === document.body || document.activeElement === null)) {
      linkOf(scroller.current, focused)?.focus({ preventScroll: true });
    }
  }, [order, focused]);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -items.length, End: items.length }[event.key];
    if (step === undefined || focusedIndex < 0) {
      return;
    }
    event.preventDefault();
    const to = Math.min(items.length - 1, Math.max(0, focusedIndex + step));
    const id = items[to]?.id;
    rows.scrollToIndex(to);
    setFocused(id);
    requestAnimationFrame(() => linkOf(scroller.current, id)?.focus());
  };
  return (
    <div className="rows" ref={scroller}>
      {/* The arrow keys go from row to row; each is a link all the same. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <ul style={{ height: rows.getTotalSize() }} onKeyDown={move} aria-label={t("conversations")}>
        {shown.map(({ key, index, start }) => {
          const item = items[index];
          return (
            item && (
              <li
                key={key}
                style={{ transform: `translateY(${start}px)` }}
                aria-setsize={more ? -1 : items.length}
                aria-posinset={index + 1}
              >
                <Row
                  item={item}
                  q={q}
                  current={item.id === selected}
                  stop={item.id === stop}
                  href={hrefOf(item)}
                  onFocus={() => setFocused(item.id)}
                  onBlur={setFocused}
                />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

interface RowProps {
  item: Conversation;
  q: string;
  current: boolean;
  /** Whether Tab stops here. */
  stop: boolean;
  href: string;
  onFocus: () => void;
  onBlur: (focused: undefined) => void;
}

function Row({ item, q, current, stop, href, onFocus, onBlur }: RowProps) {
  const { t, moment, fullMoment } = useText();
  const time = item.lastMessageAt ?? item.createdAt;
  return (
    <Link
      href={href}
      className={`row${item.unread ? " unread" : ""}${current ? " current" : ""}`}
      aria-current={current ? "page" : undefined}
      data-conversation={item.id}
      tabIndex={stop ? 0 : -1}
      onFocus={onFocus}
      onBlur={(event) => {
        // Without a next one the row was moved or the window left: the focus is still its own.
        if (event.relatedTarget) {
          onBlur(undefined);
        }
      }}
    >
      <span className="row-head">
        {item.unread && (
          <span className="dot">
            <span className="visually-hidden">{t("unread")}</span>
          </span>
        )}
        <span className="row-title">
          <Marks text={item.title} query={q} />
        </span>
        <time dateTime={time} title={fullMoment(time)}>
          {moment(time)}
        </time>
      </span>
      <span className="row-foot">
        <span className="row-preview">
          {item.lastMessagePreview ? (
            <Marks text={item.lastMessagePreview} query={q} />
          ) : (
            t(item.lastMessageAt ? "list.image" : "list.noMessage")
          )}
        </span>
        {item.status === "closed" && <span className="tag">{t("closed")}</span>}
      </span>
    </Link>
  );
}

function linkOf(root: HTMLElement | null, id: string | undefined): HTMLElement | null {
  return id === undefined ? null : (root?.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(id)}"]`) ?? null);
}
