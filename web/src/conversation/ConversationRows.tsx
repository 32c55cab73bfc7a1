// The rows of the conversation list: only those in view are rendered, and the focus stays with its conversation.
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from "react";
import type { Conversation } from "../api/types.ts";
import { useText } from "../text/TextProvider.tsx";
import { ConversationRow } from "./ConversationRow.tsx";

/** The height of a row in the style sheet, in pixels. */
const ROW = 76;

interface Props {
  items: Conversation[];
  q: string;
  selected: string | undefined;
  hrefOf: (conversation: Conversation) => string;
  hasMore: boolean;
  /** Called when the last rows come into view. */
  onEnd: () => void;
}

export function ConversationRows({ items, q, selected, hrefOf, hasMore, onEnd }: Props) {
  const { t } = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string>();
  const focusedIndex = items.findIndex(({ id }) => id === focused);
  const rows = useRows(items, scroller, focusedIndex);
  const shown = rows.getVirtualItems();
  useRestoredFocus(scroller, focused, items.map(({ id }) => id).join());
  const isNearEnd = hasMore && (shown.at(-1)?.index ?? 0) >= items.length - 10;
  useLayoutEffect(() => {
    if (isNearEnd) {
      onEnd();
    }
  });
  // Tab stops at one row: a list of a thousand is not a thousand stops.
  const shownIds = shown.map(({ index }) => items[index]?.id);
  const tabStop = [focused, selected].find((id) => id !== undefined && shownIds.includes(id)) ?? shownIds[0];
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -items.length, End: items.length }[event.key];
    if (step === undefined || focusedIndex < 0) {
      return;
    }
    event.preventDefault();
    const index = Math.min(items.length - 1, Math.max(0, focusedIndex + step));
    const id = items[index]?.id;
    rows.scrollToIndex(index);
    setFocused(id);
    requestAnimationFrame(() => linkOf(scroller.current, id)?.focus());
  };
  return (
    <div className="rows" ref={scroller}>
      {/* The arrow keys move between the rows; each row is a link all the same. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <ul style={{ height: rows.getTotalSize() }} onKeyDown={onKeyDown} aria-label={t("conversations")}>
        {shown.map(({ key, index, start }) => {
          const item = items[index];
          return (
            item && (
              <li
                key={key}
                style={{ transform: `translateY(${start}px)` }}
                aria-setsize={hasMore ? -1 : items.length}
                aria-posinset={index + 1}
              >
                <ConversationRow
                  item={item}
                  q={q}
                  current={item.id === selected}
                  isTabStop={item.id === tabStop}
                  href={hrefOf(item)}
                  onFocus={() => setFocused(item.id)}
                  onBlur={() => setFocused(undefined)}
                />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

function useRows(items: Conversation[], scroller: RefObject<HTMLDivElement | null>, focusedIndex: number) {
  return useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 8,
    initialRect: { width: 320, height: 640 },
    // The focused row stays rendered, wherever the list is scrolled.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      return focusedIndex < 0 || indexes.includes(focusedIndex) ? indexes : [...indexes, focusedIndex].sort((a, b) => a - b);
    },
  });
}

/** Moving a row in the document takes the focus from it: when the order changes, it gets the focus back. */
function useRestoredFocus(scroller: RefObject<HTMLDivElement | null>, focused: string | undefined, order: string): void {
  useLayoutEffect(() => {
    if (focused !== undefined && (document.activeElement === document.body || document.activeElement === null)) {
      linkOf(scroller.current, focused)?.focus({ preventScroll: true });
    }
  }, [scroller, order, focused]);
}

function linkOf(root: HTMLElement | null, id: string | undefined): HTMLElement | null {
  return id === undefined ? null : (root?.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(id)}"]`) ?? null);
}
