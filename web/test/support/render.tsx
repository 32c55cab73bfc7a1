// Shows a page as someone signed in, with the API in memory.
import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import { client } from "../../src/api/client.ts";
import { http } from "../../src/api/http.ts";
import { makeQueries, makeSession, type Session, SessionContext } from "../../src/app/session.ts";
import { poller } from "../../src/chat/poller.ts";
import { TextProvider } from "../../src/text/text.tsx";
import type { FakeApi } from "./fake-api.ts";
import { server } from "./server.ts";

interface Options {
  path?: string;
  /** How often lists and chats ask for news. */
  newsMs?: number;
}

export async function show(api: FakeApi, pages: ReactNode, { path = "/", newsMs = 60_000 }: Options = {}) {
  server.use(...api.handlers());
  const queries = makeQueries();
  const calls = client(http({ apiUrl: api.base, token: () => "token", retryWaitsMs: [1, 1] }));
  const news = poller({ lookingMs: newsMs });
  const [me, settings] = await Promise.all([calls.me(), calls.settings()]);
  api.seen.length = 0;
  const leave = vi.fn();
  const session: Session = makeSession({
    api: calls,
    me,
    settings,
    queries,
    storage: sessionStorage,
    chatNews: news,
    listNews: news,
    leave,
    waitsMs: [1, 1],
  });
  session.outbox.resume();
  const location = memoryLocation({ path, record: true });
  const view = render(
    <TextProvider>
      <QueryClientProvider client={queries}>
        <SessionContext value={session}>
          <Router hook={location.hook}>{pages}</Router>
        </SessionContext>
      </QueryClientProvider>
    </TextProvider>,
  );
  return { ...view, user: userEvent.setup(), session, leave, queries, path: () => location.history.at(-1) };
}
