// A conversation with its entries, kept up to date, and the messages on their way to it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { keys } from "../api/keys.ts";
import type { Api } from "../api/client.ts";
import { useSession } from "../session/session.ts";
import { useMessaging } from "./messaging.tsx";
import type { Queue } from "./pending.ts";
import { catchUp, firstNumber, lastNumber, merge, type Transcript } from "./transcript.ts";
import { useNews } from "./useNews.ts";

const PAGE = 50;

export function useConversation(id: string) {
  const { api } = useSession();
  const head = useQuery({ queryKey: keys.conversation(id), queryFn: ({ signal }) => api.conversation(id, signal) });
  const entries = useEntries(id);
  useHeadRefresh(id, entries.data && lastNumber(entries.data), head.data?.lastNumber);
  return { head, entries, pending: usePending(id, entries.data), older: useOlderEntries(id, entries.data) };
}

/** The newest page of the transcript, and everything after it as it arrives. */
function useEntries(id: string) {
  const { api } = useSession();
  const { conversationNews } = useMessaging();
  const queries = useQueryClient();
  const known = () => queries.getQueryData<Transcript>(keys.entries(id)) ?? [];
  const entries = useQuery({
    queryKey: keys.entries(id),
    // What was added while it loaded stays.
    queryFn: async ({ signal }) => {
      const loaded = await loadEntries(api, id, known(), signal);
      return merge(known(), loaded).transcript;
    },
    structuralSharing: false,
  });
  useNews(conversationNews, () => entries.refetch({ throwOnError: true, cancelRefetch: false }));
  return entries;
}

async function loadEntries(api: Api, id: string, known: Transcript, signal: AbortSignal): Promise<Transcript> {
  return known.length === 0
    ? (await api.entries(id, { limit: PAGE }, signal)).items
    : catchUp(known, (query) => api.entries(id, query, signal));
}

/** Loads the head again when there are entries that it does not count yet: its status may have changed with them. */
function useHeadRefresh(id: string, lastEntry: number | undefined, lastCounted: number | undefined): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (lastEntry !== undefined && lastCounted !== undefined && lastEntry > lastCounted) {
      void queries.invalidateQueries({ queryKey: keys.conversation(id) });
      void queries.invalidateQueries({ queryKey: keys.conversations });
    }
  }, [queries, id, lastEntry, lastCounted]);
}

/** The messages on their way; a sent one is removed once the transcript shows it. */
function usePending(id: string, transcript: Transcript | undefined): Queue {
  const { outbox } = useMessaging();
  const pending = useSyncExternalStore(outbox.subscribe, () => outbox.of(id));
  useEffect(() => {
    const shown = new Set(transcript?.map((entry) => entry.id));
    outbox.settle(id, (message) => shown.has(message));
  }, [outbox, id, transcript, pending]);
  return pending;
}

/** Older entries, a page at a time. */
function useOlderEntries(id: string, transcript: Transcript | undefined) {
  const { api } = useSession();
  const queries = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: async (before: number) => (await api.entries(id, { before, limit: PAGE })).items,
    onSuccess: (items) => queries.setQueryData<Transcript>(keys.entries(id), (known) => merge(known ?? [], items).transcript),
  });
  const exist = transcript !== undefined && firstNumber(transcript) > 1;
  const load = () => {
    if (exist && !isPending) {
      mutate(firstNumber(transcript));
    }
  };
  return { exist, load, error };
}
