// How an answer to one request updates everything that shows it.
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { keys } from "../api/keys.ts";
import type { Conversation, Entry, Page } from "../api/types.ts";
import { merge, type Transcript } from "./transcript.ts";

type Lists = InfiniteData<Page<Conversation>>;

/** Updates a conversation in its own view and in all lists. An older answer does not replace a newer one. */
export function cacheConversation(queries: QueryClient, conversation: Conversation): void {
  const newer = (known: Conversation | undefined) =>
    known && (known.lastNumber > conversation.lastNumber || known.lockVersion > conversation.lockVersion) ? known : conversation;
  const inPage = (page: Page<Conversation>) => ({
    ...page,
    items: page.items.map((one) => (one.id === conversation.id ? newer(one) : one)),
  });
  queries.setQueryData<Conversation>(keys.conversation(conversation.id), newer);
  queries.setQueriesData<Lists>({ queryKey: keys.conversations }, (lists) => lists && { ...lists, pages: lists.pages.map(inPage) });
}

/** Adds a new conversation: the lists load it. */
export function cacheNewConversation(queries: QueryClient, conversation: Conversation): void {
  cacheConversation(queries, conversation);
  void queries.invalidateQueries({ queryKey: keys.conversations });
}

/** Adds a stored message to the transcript; if entries before it are missing, they are loaded. */
export function cacheEntry(queries: QueryClient, conversationId: string, entry: Entry): void {
  const known = queries.getQueryData<Transcript>(keys.entries(conversationId));
  const { transcript, gap } = merge(known ?? [], [entry]);
  if (!known || gap) {
    void queries.invalidateQueries({ queryKey: keys.entries(conversationId) });
  } else {
    queries.setQueryData<Transcript>(keys.entries(conversationId), transcript);
  }
  void queries.invalidateQueries({ queryKey: keys.conversations });
}

/** Loads a conversation, its entries and the lists again. */
export function reloadConversation(queries: QueryClient, conversationId: string): void {
  for (const queryKey of [keys.conversation(conversationId), keys.entries(conversationId), keys.conversations]) {
    void queries.invalidateQueries({ queryKey });
  }
}
