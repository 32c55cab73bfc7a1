// What every page works with: who is signed in, the API on their behalf, and what is typed but not sent.
import { type QueryClient, QueryClient as Client } from "@tanstack/react-query";
import { createContext, use } from "react";
import type { Api } from "../api/client.ts";
import { asFailure, Failure } from "../api/failure.ts";
import type { Me, Settings } from "../api/types.ts";
import { Drafts } from "../chat/drafts.ts";
import { Outbox } from "../chat/outbox.ts";
import type { NewsSource } from "../chat/poller.ts";
import { forgetTab, TabStore } from "../chat/tab-store.ts";
import { keys, noteEntry } from "../data/cache.ts";

export interface Session {
  api: Api;
  me: Me;
  settings: Settings;
  store: TabStore;
  drafts: Drafts;
  outbox: Outbox;
  /** Images that this page uploaded, by their attachment: to show them before they are inspected. */
  previews: Map<string, File>;
  /** News of an open chat. */
  chatNews: NewsSource;
  /** News of lists. */
  listNews: NewsSource;
  signOut: () => void;
}

interface Parts {
  api: Api;
  me: Me;
  settings: Settings;
  queries: QueryClient;
  storage: Storage;
  chatNews: NewsSource;
  listNews: NewsSource;
  leave: () => void;
  /** Waits between the tries of a message. */
  waitsMs?: readonly number[];
}

/** Puts a session together; `outbox.resume()` sends what an earlier page did not finish. */
export function makeSession({ api, me, settings, queries, storage, chatNews, listNews, leave, waitsMs }: Parts): Session {
  const store = new TabStore(storage, me.userId);
  const drafts = new Drafts(store);
  const outbox = new Outbox({
    send: (conversationId, message) => api.sendMessage(conversationId, message),
    drafts,
    store,
    ...(waitsMs && { waitsMs }),
    onSent: (conversationId, entry) => noteEntry(queries, conversationId, entry),
    onClosed: (conversationId) => {
      void queries.invalidateQueries({ queryKey: keys.conversation(conversationId) });
      void queries.invalidateQueries({ queryKey: keys.entries(conversationId) });
      void queries.invalidateQueries({ queryKey: keys.conversations });
    },
  });
  const signOut = () => {
    outbox.end();
    forgetTab(storage);
    queries.clear();
    leave();
  };
  return { api, me, settings, store, drafts, outbox, previews: new Map(), chatNews, listNews, signOut };
}

/** Queries are repeated by the API's wrapper and refreshed by the pollers, not by the library. */
export function makeQueries(): QueryClient {
  return new Client({
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

/** The id of a patient's own record; nobody else's pages ask for it. */
export function ownPatientId({ me }: Session): string {
  if (!me.patientId) {
    throw asFailure(new Failure("forbidden"));
  }
  return me.patientId;
}
