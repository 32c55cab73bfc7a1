// The mocks' check against openapi.json: it lets through what the API does, and nothing else.
import { expect, test } from "vitest";
import { answer, checkRequest, problem, success } from "../support/contract.ts";
import { clara } from "../support/fake-api.ts";

const me = { userId: "patient-a", role: "patient" as const, name: "Ana Patient" };
const request = { path: {}, query: new URLSearchParams(), headers: new Headers(), body: undefined };

test("answers have the members of the schema, and no others", () => {
  expect(answer("get-me", 200, me).body).toBe(JSON.stringify(me));
  expect(() => success("get-me", { ...me, fullName: "Ana" })).toThrow("get-me answers 200: it must NOT have additional properties");
  expect(() => success("get-me", { ...me, role: "nurse" })).toThrow("it/role must be equal to one of the allowed values");
  expect(() => success("get-conversation", { id: "image" })).toThrow('it/id must match format "uuid"');
  expect(() => success("get-me", me, 201)).toThrow("get-me never answers 201");
});

test("problems have a code that the operation can answer with this status", () => {
  expect(JSON.parse(problem("send-message", 409, "conversation-closed", { closedBy: clara }).body)).toMatchObject({
    status: 409,
    closedBy: clara,
  });
  expect(() => problem("create-conversation", 422, "invalid-answers")).toThrow("never with invalid-answers");
  expect(() => problem("send-message", 415, "unsupported-media-type")).toThrow("send-message never answers 415");
  expect(() => problem("get-me", 403, "forbidden", { errors: [{ pointer: "/x" } as never] })).toThrow(
    "must have required property 'detail'",
  );
});

test("requests have the operation's parameters and body", () => {
  const query = (text: string) => ({ ...request, query: new URLSearchParams(text) });
  expect(() => checkRequest("search-patients", query("q=ana&limit=5"))).not.toThrow();
  expect(() => checkRequest("search-patients", query("q=a"))).toThrow("must NOT have fewer than 2 characters");
  expect(() => checkRequest("search-patients", request)).toThrow("needs the parameter q");
  expect(() => checkRequest("search-patients", query("q=ana&page=2"))).toThrow("has no query parameter page");
  expect(() => checkRequest("list-tasks", query("limit=1000"))).toThrow("must be <= 100");
  expect(() => checkRequest("put-notifications", { ...request, body: { mail: "x" } })).toThrow("additional properties");
  expect(() => checkRequest("get-me", { ...request, body: {} })).toThrow("takes no body");
});
