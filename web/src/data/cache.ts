// What the pages have loaded: its keys, and how an answer to one request is taken into all that show it.
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { ChatEntry, Conversation, Page } from "../api/types.ts";
import { merge, type Transcript } from "../chat/transcript.ts";

export const keys = {
  conversations: ["conversations"] as const,
  conversationsOf: (patientId: string, q: string) => ["conversations", patientId, q] as const,
  conversation: (id: string) => ["conversation", id] as const,
  entries: (id: string) => ["entries", id] as const,
  attachment: (conversationId: string, id: string) => ["attachment", conversationId, id] as const,
  questionnaires: ["questionnaires"] as const,
  contact: ["contact"] as const,
  accessLog: (patientId: string) => ["access-log", patientId] as const,
  tasks: ["tasks"] as const,
  patients: (q: string) => ["patients", q] as const,
  patient: (id: string) => ["patient", id] as const,
  encounters: (patientId: string) => ["encounters", patientId] as const,
  encounter: (id: string) => ["encounter", id] as const,
};

/** Shows a conversation as the API answered it, wherever it stands. An older answer does not undo a newer one. */
export function noteConversation(queries: QueryClient, conversation: Conversation): void {
  const newer = (known: Conversation | undefined) =>
    known && (known.lastNumber > conversation.lastNumber || known.lockVersion > conversation.lockVersion) ? known : conversation;
  queries.setQueryData<Conversation>(keys.conversation(conversation.id), newer);
  queries.setQueriesData<InfiniteData<Page<Conversation>>>(
    { queryKey: keys.conversations },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({ ...page, items: page.items.map((one) => (one.id === conversation.id ? newer(one) : one)) })),
      },
  );
}

/** Takes a stored message into the transcript; if something stands between, the catch-up brings both. */
export function noteEntry(queries: QueryClient, conversationId: string, entry: ChatEntry): void {
  const known = queries.getQueryData<Transcript>(keys.entries(conversationId));
  const { transcript, gap } = merge(known ?? [], [entry]);
  if (!known || gap) {
    void queries.invalidateQueries({ queryKey: keys.entries(conversationId) });
  } else {
    queries.setQueryData<Transcript>(keys.entries(conversationId), transcript);
  }
  void queries.invalidateQueries({ queryKey: keys.conversations });
}
