// The questionnaires that a patient can choose from.
import { useQuery } from "@tanstack/react-query";
import { keys } from "../api/keys.ts";
import { useSession } from "../session/session.ts";

export function useQuestionnaires() {
  const { api } = useSession();
  return useQuery({ queryKey: keys.questionnaires, queryFn: ({ signal }) => api.questionnaires(signal), staleTime: 60_000 });
}
