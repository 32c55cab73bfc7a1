// Renders a page for a signed-in user, with the API in memory.
import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import { client } from "../../src/api/client.ts";
import { http } from "../../src/api/http.ts";
import { MessagingProvider } from "../../src/conversation/messaging.tsx";
import { poller } from "../../src/conversation/poller.ts";
import { makeQueries, makeSession, SessionContext } from "../../src/session/session.ts";
import { TextProvider } from "../../src/text/TextProvider.tsx";
import type { FakeApi } from "./fake-api.ts";
import { server } from "./server.ts";

interface Options {
  path?: string;
  /** How often lists and conversations ask for news. */
  newsMs?: number;
}

export async function show(api: FakeApi, pages: ReactNode, { path = "/", newsMs = 60_000 }: Options = {}) {
  server.use(...api.handlers());
  const queries = makeQueries();
  const calls = client(http({ apiUrl: api.base, token: () => "token", retryWaitsMs: [1, 1] }));
  const [me, settings] = await Promise.all([calls.me(), calls.settings()]);
  api.seen.length = 0;
  const leave = vi.fn();
  const session = makeSession({ api: calls, me, settings, queries, storage: sessionStorage, leave });
  const news = poller({ activeMs: newsMs });
  const messaging = { conversationNews: news, listNews: news, waitsMs: [1, 1] };
  const location = memoryLocation({ path, record: true });
  const view = render(
    <TextProvider>
      <QueryClientProvider client={queries}>
        <SessionContext value={session}>
          <MessagingProvider options={messaging}>
            <Router hook={location.hook}>{pages}</Router>
          </MessagingProvider>
        </SessionContext>
      </QueryClientProvider>
    </TextProvider>,
  );
  return { ...view, user: userEvent.setup(), leave, path: () => location.history.at(-1) };
}
