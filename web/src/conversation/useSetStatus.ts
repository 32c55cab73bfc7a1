// Closes or reopens a conversation.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "../api/keys.ts";
import type { Status } from "../api/types.ts";
import { useSession } from "../session/session.ts";
import { cacheConversation } from "./cache.ts";

export function useSetStatus(id: string) {
  const { api } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (status: Status) => api.setStatus(id, status),
    onSuccess: (conversation) => {
      cacheConversation(queries, conversation);
      for (const queryKey of [keys.entries(id), keys.conversations, keys.encounter(conversation.encounterId)]) {
        void queries.invalidateQueries({ queryKey });
      }
    },
  });
}
