// The API's wrapper: each failure has its kind, what is safe is repeated, and nothing else.
import { delay, http as on, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { asFailure, type Failure } from "../../src/api/failure.ts";
import { type Call, http } from "../../src/api/http.ts";
import { configOf } from "../../src/config.ts";
import { server } from "../support/server.ts";

const API = "https://api.example.org";
const problem = (status: number, code: string, more: object = {}, headers: Record<string, string> = {}) =>
  HttpResponse.json(
    { type: "t", title: "t", status, code, ...more },
    { status, headers: { "content-type": "application/problem+json", ...headers } },
  );

function answering(...answers: (() => Response | Promise<Response>)[]) {
  let calls = 0;
  server.use(
    on.all(`${API}/x`, async () => {
      const answer = answers[Math.min(calls, answers.length - 1)];
      calls += 1;
      return answer ? await answer() : HttpResponse.error();
    }),
  );
  return () => calls;
}

const onSessionEnded = vi.fn();
const ask = (call: Partial<Call> = {}, token: string | undefined = "token", timeoutMs = 1_000) =>
  http({ apiUrl: API, token: () => token, onSessionEnded, retryWaitsMs: [1, 1], timeoutMs })<unknown>({ path: "/x", ...call });
const failing = async (call: Partial<Call> = {}): Promise<Failure> => {
  try {
    await ask(call);
  } catch (error) {
    return asFailure(error);
  }
  throw new Error("it did not fail");
};

test.each([
  [401, "unauthorized", "session-ended", "sign-in"],
  [403, "forbidden", "forbidden", "none"],
  [404, "not-found", "not-found", "none"],
  [409, "conversation-closed", "conversation-closed", "reopen"],
  [409, "encounter-finished", "encounter-finished", "reopen"],
  [409, "task-completed", "conflict", "reload"],
  [413, "body-too-large", "too-large", "change"],
  [415, "unsupported-media-type", "unsupported-type", "change"],
  [422, "invalid-value", "invalid", "change"],
  [429, "too-many-requests", "too-many", "retry"],
  [500, "internal-error", "server", "retry"],
  [503, "busy", "server", "retry"],
  [504, "busy", "timeout", "retry"],
])("%i %s is %s, with the way on %s", async (status, code, kind, wayOn) => {
  answering(() => problem(status, code));
  const failure = await failing({ method: "POST" });
  expect(failure).toMatchObject({ kind, wayOn, status, code });
});

test("a problem document's fields are kept", async () => {
  const closedBy = { userId: "c", role: "clinician", name: "Clara" };
  answering(() => problem(409, "conversation-closed", { closedBy, errors: [{ pointer: "/text", detail: "is empty" }] }));
  expect(await failing()).toMatchObject({ closedBy, errors: [{ pointer: "/text", detail: "is empty" }] });
});

test("a gateway's own answer and a captive portal's page are the server's fault", async () => {
  answering(() => HttpResponse.text("<h1>Bad gateway</h1>", { status: 502 }));
  expect(await failing({ method: "POST" })).toMatchObject({ kind: "server", code: undefined });
  answering(() => HttpResponse.html("<h1>Welcome to our café</h1>"));
  expect(await failing({ method: "POST" })).toMatchObject({ kind: "server" });
});

test("GET and PUT are repeated until they go through, POST is not", async () => {
  const calls = answering(
    () => problem(503, "busy"),
    () => problem(500, "internal-error"),
    () => HttpResponse.json({ fine: true }),
  );
  expect(await ask()).toEqual({ fine: true });
  expect(calls()).toBe(3);
  const posts = answering(() => problem(503, "busy"));
  await failing({ method: "POST" });
  expect(posts()).toBe(1);
  const keyed = answering(
    () => problem(503, "busy"),
    () => HttpResponse.json({ fine: true }),
  );
  await ask({ method: "POST", repeatable: true });
  expect(keyed()).toBe(2);
});

test.each([400, 401, 403, 404, 409, 422, 429])("%i is never repeated", async (status) => {
  const calls = answering(() => problem(status, "some-code"));
  await failing();
  expect(calls()).toBe(1);
});

test("no network is offline, too slow is a timeout, stopped is cancelled", async () => {
  answering(() => HttpResponse.error());
  expect((await failing()).kind).toBe("offline");
  answering(async () => {
    await delay(300);
    return HttpResponse.json({});
  });
  await expect(ask({ method: "POST" }, "token", 30)).rejects.toMatchObject({ kind: "timeout" });
  const stop = new AbortController();
  const asked = ask({ signal: stop.signal });
  stop.abort();
  await expect(asked).rejects.toMatchObject({ kind: "cancelled" });
});

test("without a token nothing is sent, and the session has ended", async () => {
  const calls = answering(() => HttpResponse.json({}));
  const send = http({ apiUrl: API, token: () => undefined, onSessionEnded });
  onSessionEnded.mockClear();
  await expect(send({ path: "/x" })).rejects.toMatchObject({ kind: "session-ended" });
  expect(calls()).toBe(0);
  expect(onSessionEnded).toHaveBeenCalledOnce();
});

test("Retry-After is kept, within reason", async () => {
  answering(() => problem(429, "too-many-requests", {}, { "retry-after": "7" }));
  expect((await failing()).retryAfter).toBe(7_000);
  answering(() => problem(429, "too-many-requests", {}, { "retry-after": "86400" }));
  expect((await failing()).retryAfter).toBe(60_000);
});

test("the configuration is checked at the start", () => {
  const whole = { apiUrl: "/api/", issuer: "https://id.example.org", clientId: "portal" };
  expect(configOf(whole)).toEqual({ apiUrl: "/api", issuer: "https://id.example.org", clientId: "portal", scope: "openid" });
  expect(() => configOf({ ...whole, issuer: undefined })).toThrow("issuer is missing");
  expect(() => configOf({ ...whole, clientId: 5 })).toThrow("clientId is no text");
  expect(() => configOf(null)).toThrow();
});
