// Hooks that load what a page shows and keep it fresh.
import { type InfiniteData, useInfiniteQuery, useMutation, useQuery, useQueryClient, keepPreviousData } from "@tanstack/react-query";
import { useCallback, useEffect, useEffectEvent, useState, useSyncExternalStore } from "react";
import type { ChatEntry, Conversation, Page, Status } from "../api/types.ts";
import { useSession } from "../app/session.ts";
import type { NewsSource } from "../chat/poller.ts";
import { catchUp, firstNumber, lastNumber, merge, type Transcript } from "../chat/transcript.ts";
import { keys, noteConversation } from "./cache.ts";

/** Calls `ask` whenever the source hints at news. */
export function useNews(source: NewsSource, ask: () => Promise<unknown>): void {
  const asked = useEffectEvent(ask);
  useEffect(
    () =>
      source.listen(async () => {
        await asked();
      }),
    [source],
  );
}

/** A value that stands still until it has not changed for a while. */
export function useSettled<T>(value: T, ms = 250): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** A text or form that is kept across reloads until it is cleared. */
export function useKept<T>(name: string, initial: T): [T, (value: T) => void, () => void] {
  const { store } = useSession();
  const [value, setValue] = useState<T>(() => (store.get(name) as T | undefined) ?? initial);
  const keep = useCallback(
    (next: T) => {
      setValue(next);
      store.set(name, next);
    },
    [store, name],
  );
  const clear = () => {
    setValue(initial);
    store.set(name, undefined);
  };
  return [value, keep, clear];
}

/** A patient's conversations, a page at a time. */
export function useConversations(patientId: string, q: string) {
  const { api, listNews } = useSession();
  const queries = useQueryClient();
  const queryKey = keys.conversationsOf(patientId, q);
  const load = (cursor: string | undefined, signal?: AbortSignal) => api.conversations(patientId, { q, cursor, limit: 100 }, signal);
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  useNews(listNews, async () => {
    const refresh = () => query.refetch({ throwOnError: true, cancelRefetch: false });
    const known = queries.getQueryData<InfiniteData<Page<Conversation>>>(queryKey);
    if (!known || known.pages.length === 1) {
      await refresh();
      return;
    }
    // News come first in the list: where its first page stands as it stood, so do the others, and are not asked for.
    const first = await load(undefined);
    if (JSON.stringify(first.items) !== JSON.stringify(known.pages[0]?.items)) {
      await refresh();
    }
  });
  return query;
}

/** A conversation's head and its entries, kept up to date. */
export function useChat(id: string) {
  const { api, outbox, chatNews } = useSession();
  const queries = useQueryClient();
  const key = keys.entries(id);
  const head = useQuery({ queryKey: keys.conversation(id), queryFn: ({ signal }) => api.conversation(id, signal) });
  const entries = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const known = queries.getQueryData<Transcript>(key);
      if (!known?.length) {
        return merge([], (await api.entries(id, { limit: 50 }, signal)).items).transcript;
      }
      const caught = await catchUp(known, (query) => api.entries(id, query, signal));
      // What came in meanwhile stays.
      return merge(queries.getQueryData<Transcript>(key) ?? [], caught).transcript;
    },
    structuralSharing: false,
  });
  const transcript = entries.data;
  const last = transcript && lastNumber(transcript);
  const knownLast = head.data?.lastNumber;
  useNews(chatNews, () => entries.refetch({ throwOnError: true, cancelRefetch: false }));

  // Entries that the head does not count yet: its state may have changed with them.
  useEffect(() => {
    if (last !== undefined && knownLast !== undefined && last > knownLast) {
      void queries.invalidateQueries({ queryKey: keys.conversation(id) });
      void queries.invalidateQueries({ queryKey: keys.conversations });
    }
  }, [queries, id, last, knownLast]);

  const pending = useSyncExternalStore(outbox.subscribe, () => outbox.of(id));
  useEffect(() => {
    const shown = new Set(transcript?.map((entry: ChatEntry) => entry.id));
    outbox.settle(id, (message) => shown.has(message));
  }, [outbox, id, transcript, pending]);

  const older = useMutation({
    mutationFn: async (first: number) => (await api.entries(id, { before: first, limit: 50 })).items,
    onSuccess: (items) => queries.setQueryData<Transcript>(key, (known) => merge(known ?? [], items).transcript),
  });
  const hasOlder = transcript !== undefined && firstNumber(transcript) > 1;
  const loadOlder = () => {
    if (hasOlder && !older.isPending) {
      older.mutate(firstNumber(transcript));
    }
  };
  return { head, entries, pending, hasOlder, loadOlder, older };
}

/** Opens or closes a conversation. */
export function useSetStatus(id: string) {
  const { api } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (status: Status) => api.setStatus(id, status),
    onSuccess: (conversation) => {
      noteConversation(queries, conversation);
      void queries.invalidateQueries({ queryKey: keys.entries(id) });
      void queries.invalidateQueries({ queryKey: keys.conversations });
      void queries.invalidateQueries({ queryKey: keys.encounter(conversation.encounterId) });
    },
  });
}

/**
 * Opening marks read, the envelope marks unread and that stays until the next opening. `seen` is the last entry that
 * someone had before their eyes.
 */
export function useReading(conversation: Conversation | undefined, seen: number) {
  const { api } = useSession();
  const queries = useQueryClient();
  const id = conversation?.id ?? "";
  const [keptUnread, setKeptUnread] = useState(false);
  const read = useMutation({ mutationFn: (upTo: number) => api.markRead(id, upTo), onSuccess: (head) => noteConversation(queries, head) });
  const { mutate, isPending } = read;
  // What failed is tried again with the next entry, or at the next opening.
  const failed = read.isError && read.variables === seen;
  const due = conversation?.unread === true && !keptUnread && seen > 0 && !isPending && !failed;
  useEffect(() => {
    if (due) {
      mutate(seen);
    }
  }, [due, seen, mutate]);
  const toggle = useMutation({
    mutationFn: (unread: boolean) => {
      setKeptUnread(unread);
      return unread ? api.markUnread(id) : api.markRead(id, seen);
    },
    onSuccess: (head) => noteConversation(queries, head),
    onError: () => setKeptUnread(false),
  });
  return toggle;
}
