// The API's wrapper: each failure has its kind, what is safe is repeated, and nothing else.
import { delay, http as on, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { asFailure, type Failure } from "../../src/api/failure.ts";
import { operations } from "../../src/api/generated/operations.gen.ts";
import { type AnswerOf, type Call, http, type OperationId } from "../../src/api/http.ts";
import { answer, gatewayAnswer, MockedAnswer, problem } from "../support/contract.ts";
import { server } from "../support/server.ts";

const API = "https://api.example.org";
const ID = "01900000-0000-7000-8000-0000000000ff";
const me: AnswerOf<"get-me"> = { userId: "patient-a", role: "patient", name: "Ana Patient" };
const get = () => answer("get-me", 200, me);
const response = ({ status, headers, body }: MockedAnswer) => new HttpResponse(body, { status, headers });

/** Answers every request, with the last answer once the others are used up. */
function answering(...answers: (() => MockedAnswer | Response | Promise<Response>)[]) {
  let calls = 0;
  server.use(
    on.all(`${API}/*`, async () => {
      const made = await answers[Math.min(calls, answers.length - 1)]?.();
      calls += 1;
      return made instanceof MockedAnswer ? response(made) : (made ?? HttpResponse.error());
    }),
  );
  return () => calls;
}

const onSessionEnded = vi.fn();
const api = (token: string | undefined = "token", timeoutMs = 1_000) =>
  http({ apiUrl: API, token: () => token, onSessionEnded, retryWaitsMs: [1, 1], timeoutMs });

/** A call of each kind: one that is repeated, and one that is not. */
const GET = (call: Call<"get-me"> = {}) => api()("get-me", call);
const PUT = () => api()("set-conversation-status", { path: { conversationId: ID }, body: { status: "open" } });
const POST = (options: { repeatable?: boolean } = {}) =>
  api()("send-message", { path: { conversationId: ID }, body: { id: ID, text: "Hello" }, ...options });

const failing = async (call: () => Promise<unknown> = GET): Promise<Failure> => {
  try {
    await call();
  } catch (error) {
    return asFailure(error);
  }
  throw new Error("it did not fail");
};

test.each([
  ["get-me", 401, "unauthorized", "session-ended", "sign-in"],
  ["get-me", 403, "forbidden", "forbidden", "none"],
  ["get-conversation", 404, "not-found", "not-found", "none"],
  ["send-message", 409, "conversation-closed", "conversation-closed", "reopen"],
  ["create-order", 409, "encounter-finished", "encounter-finished", "reopen"],
  ["update-task", 409, "task-completed", "conflict", "reload"],
  ["send-message", 413, "body-too-large", "too-large", "change"],
  ["create-attachment", 415, "unsupported-media-type", "unsupported-type", "change"],
  ["send-message", 422, "invalid-value", "invalid", "change"],
  ["send-message", 500, "internal-error", "server", "retry"],
  ["send-message", 503, "busy", "server", "retry"],
] as const satisfies [OperationId, number, string, string, string][])(
  "%s's %i %s is %s, with the remedy %s",
  async (id, status, code, kind, remedy) => {
    answering(() => problem(id, status, code));
    expect(await failing(POST)).toMatchObject({ kind, remedy, status, code });
  },
);

test.each([
  [401, "session-ended", "sign-in"],
  [429, "too-many", "retry"],
  [502, "server", "retry"],
  [504, "timeout", "retry"],
])("the gateway's own %i is %s, with the remedy %s", async (status, kind, remedy) => {
  answering(() => gatewayAnswer(status, "Not from the API"));
  expect(await failing(POST)).toMatchObject({ kind, remedy, status, code: undefined });
});

test("a problem document's fields are kept", async () => {
  const closedBy = { userId: "c", role: "clinician" as const, name: "Clara" };
  const errors = [{ pointer: "/text", detail: "is empty" }];
  answering(() => problem("send-message", 409, "conversation-closed", { closedBy, errors }));
  expect(await failing()).toMatchObject({ closedBy, errors });
});

test("a gateway's own answer and a captive portal's page are the server's fault", async () => {
  answering(() => HttpResponse.text("<h1>Bad gateway</h1>", { status: 502 }));
  expect(await failing(POST)).toMatchObject({ kind: "server", code: undefined });
  answering(() => HttpResponse.html("<h1>Welcome to our café</h1>"));
  expect(await failing(POST)).toMatchObject({ kind: "server" });
});

test("GET and PUT are repeated until they go through, POST is not", async () => {
  const calls = answering(
    () => problem("get-me", 503, "busy"),
    () => problem("get-me", 500, "internal-error"),
    get,
  );
  expect(await GET()).toEqual(me);
  expect(calls()).toBe(3);
  const puts = answering(() => problem("set-conversation-status", 503, "busy"));
  await failing(PUT);
  expect(puts()).toBe(3);
  const posts = answering(() => problem("send-message", 503, "busy"));
  await failing(POST);
  expect(posts()).toBe(1);
  const keyed = answering(() => problem("send-message", 503, "busy"), get);
  await POST({ repeatable: true });
  expect(keyed()).toBe(2);
});

test.each([400, 401, 403, 404, 409, 422, 429])("%i is never repeated", async (status) => {
  const calls = answering(() => gatewayAnswer(status, "Refused"));
  await failing();
  expect(calls()).toBe(1);
});

test("no network is offline, too slow is a timeout, stopped is cancelled", async () => {
  answering(() => HttpResponse.error());
  expect((await failing()).kind).toBe("offline");
  answering(async () => {
    await delay(300);
    return response(get());
  });
  await expect(api("token", 30)("send-message", { path: { conversationId: ID }, body: { id: ID, text: "Hello" } })).rejects.toMatchObject({
    kind: "timeout",
  });
  const stop = new AbortController();
  const asked = GET({ signal: stop.signal });
  stop.abort();
  await expect(asked).rejects.toMatchObject({ kind: "cancelled" });
});

test("without a token nothing is sent, and the session has ended", async () => {
  const calls = answering(get);
  const send = http({ apiUrl: API, token: () => undefined, onSessionEnded });
  onSessionEnded.mockClear();
  await expect(send("get-me", {})).rejects.toMatchObject({ kind: "session-ended" });
  expect(calls()).toBe(0);
  expect(onSessionEnded).toHaveBeenCalledOnce();
});

test("Retry-After is kept, within reason", async () => {
  answering(() => gatewayAnswer(429, "Too Many Requests", { "retry-after": "7" }));
  expect((await failing()).retryAfter).toBe(7_000);
  answering(() => gatewayAnswer(429, "Too Many Requests", { "retry-after": "86400" }));
  expect((await failing()).retryAfter).toBe(60_000);
});

test("paths, queries, headers and bodies are sent as openapi.json says", async () => {
  const seen: string[] = [];
  server.use(
    on.all(`${API}/*`, async ({ request }) => {
      const { pathname, search } = new URL(request.url);
      seen.push(`${request.method} ${pathname}${search} ${request.headers.get("idempotency-key") ?? "-"} ${(await request.text()) || "-"}`);
      return response(get());
    }),
  );
  const send = api();
  await send("list-conversations", { path: { patientId: "a/b?" }, query: { q: "two words", cursor: undefined, limit: 5 } });
  await send("create-conversation", { path: { patientId: "p" }, body: { title: "T" }, headers: { "Idempotency-Key": "k" } });
  await send("mark-unread", { path: { conversationId: "c" } });
  expect(seen).toEqual([
    "GET /patients/a%2Fb%3F/conversations?q=two+words&limit=5 - -",
    'POST /patients/p/conversations k {"title":"T"}',
    "DELETE /conversations/c/read - -",
  ]);
  expect(operations["mark-unread"]).toEqual({ method: "DELETE", path: "/conversations/{conversationId}/read" });
});
