// Reading: opening a conversation marks it read, the envelope marks it unread, and that lasts until the next opening.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Conversation } from "../api/types.ts";
import { useSession } from "../session/session.ts";
import { cacheConversation } from "./cache.ts";

/** `seen` is the number of the last entry that was on the screen. Returns the envelope's mutation. */
export function useReading(conversation: Conversation, seen: number) {
  const { api } = useSession();
  const queries = useQueryClient();
  const { id, unread } = conversation;
  const [keepUnread, setKeepUnread] = useState(false);
  const onSuccess = (head: Conversation) => cacheConversation(queries, head);
  const read = useMutation({ mutationFn: (upTo: number) => api.markRead(id, upTo), onSuccess });
  const { mutate, isPending } = read;
  // A failed attempt is repeated with the next entry, or at the next opening.
  const failed = read.isError && read.variables === seen;
  const due = unread && !keepUnread && seen > 0 && !isPending && !failed;
  useEffect(() => {
    if (due) {
      mutate(seen);
    }
  }, [due, seen, mutate]);
  return useMutation({
    mutationFn: (toUnread: boolean) => {
      setKeepUnread(toUnread);
      return toUnread ? api.markUnread(id) : api.markRead(id, seen);
    },
    onSuccess,
    onError: () => setKeepUnread(false),
  });
}
