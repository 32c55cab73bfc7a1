// What the pages of one session share about conversations: drafts, outbox, the files being sent, and the sources of news.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useEffect, useMemo } from "react";
import { type Session, useSession } from "../session/session.ts";
import { cacheEntry, reloadConversation } from "./cache.ts";
import { Drafts } from "./Drafts.ts";
import { Outbox } from "./Outbox.ts";
import { type NewsSource, poller } from "./poller.ts";

export interface Messaging {
  drafts: Drafts;
  outbox: Outbox;
  /** The files that this page uploaded, by attachment id: shown until the API has checked them. */
  files: Map<string, File>;
  /** News of the open conversation. */
  conversationNews: NewsSource;
  /** News of lists. */
  listNews: NewsSource;
}

interface Options {
  conversationNews?: NewsSource;
  listNews?: NewsSource;
  /** Waits between the retries of a message. */
  waitsMs?: readonly number[];
}

const MessagingContext = createContext<Messaging | undefined>(undefined);

export function MessagingProvider({ children, options }: { children: ReactNode; options?: Options }) {
  const session = useSession();
  const queries = useQueryClient();
  const messaging = useMemo(() => makeMessaging(session, queries, options), [session, queries, options]);
  // Sends what an earlier page of this tab did not finish.
  useEffect(() => messaging.outbox.retryAll(), [messaging]);
  return <MessagingContext value={messaging}>{children}</MessagingContext>;
}

export function useMessaging(): Messaging {
  const messaging = use(MessagingContext);
  if (!messaging) {
    throw new Error("useMessaging outside of MessagingProvider");
  }
  return messaging;
}

function makeMessaging({ api, store, ended }: Session, queries: QueryClient, options: Options = {}): Messaging {
  const drafts = new Drafts(store);
  const outbox = new Outbox({
    send: api.sendMessage,
    drafts,
    store,
    onSent: (conversationId, entry) => cacheEntry(queries, conversationId, entry),
    onClosed: (conversationId) => reloadConversation(queries, conversationId),
    ...(options.waitsMs && { waitsMs: options.waitsMs }),
  });
  ended.addEventListener("abort", () => outbox.end(), { once: true });
  return {
    drafts,
    outbox,
    files: new Map(),
    conversationNews: options.conversationNews ?? poller(),
    listNews: options.listNews ?? poller({ activeMs: 8_000, idleMs: 30_000 }),
  };
}
