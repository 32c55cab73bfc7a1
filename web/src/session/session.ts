// What every page of a signed-in user works with: who they are, the API on their behalf, and the tab's storage.
import { QueryClient } from "@tanstack/react-query";
import { createContext, use } from "react";
import type { Api } from "../api/client.ts";
import { Failure } from "../api/failure.ts";
import type { Me, Settings } from "../api/types.ts";
import { forgetTab, TabStore } from "./TabStore.ts";

export interface Session {
  api: Api;
  me: Me;
  settings: Settings;
  /** What this tab remembers for this user. */
  store: TabStore;
  /** Aborted at sign-out. */
  ended: AbortSignal;
  signOut: () => void;
}

interface Parts {
  api: Api;
  me: Me;
  settings: Settings;
  queries: QueryClient;
  storage: Storage;
  /** Leaves the sign-in of the issuer too. */
  leave: () => void;
}

export function makeSession({ api, me, settings, queries, storage, leave }: Parts): Session {
  const end = new AbortController();
  const signOut = () => {
    end.abort();
    forgetTab(storage);
    queries.clear();
    leave();
  };
  return { api, me, settings, store: new TabStore(storage, me.userId), ended: end.signal, signOut };
}

/** Retries are the HTTP wrapper's and refreshing is the pollers': the library does neither. */
export function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false, networkMode: "always", staleTime: 1_000 },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) {
    throw new Error("useSession outside of a session");
  }
  return session;
}

/** The id of a patient's own record. */
export function ownPatientId({ me }: Session): string {
  if (!me.patientId) {
    throw new Failure("forbidden");
  }
  return me.patientId;
}
