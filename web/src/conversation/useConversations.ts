// A patient's conversations, page by page, kept up to date.
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { keys } from "../api/keys.ts";
import { limits } from "../api/limits.ts";
import type { Conversation, Page } from "../api/types.ts";
import { useSession } from "../session/session.ts";
import { useMessaging } from "./messaging.tsx";
import { useNews } from "./useNews.ts";

const PAGE = limits["list-conversations"].limit.maximum;

export function useConversations(patientId: string, q: string) {
  const { api } = useSession();
  const { listNews } = useMessaging();
  const queries = useQueryClient();
  const queryKey = keys.conversationsOf(patientId, q);
  const load = (cursor: string | undefined, signal?: AbortSignal) => api.conversations(patientId, { q, cursor, limit: PAGE }, signal);
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  useNews(listNews, async () => {
    const known = queries.getQueryData<InfiniteData<Page<Conversation>>>(queryKey);
    // News are at the top: while the first page has not changed, the others have not either and are not loaded again.
    if (known && known.pages.length > 1 && isSame((await load(undefined)).items, known.pages[0]?.items)) {
      return;
    }
    await query.refetch({ throwOnError: true, cancelRefetch: false });
  });
  return query;
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
