// Declared functions and the lines of `routes.ts` belong together: neither may be without the other.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join as path } from "node:path";
import { test } from "node:test";
import { declared } from "../lib/declared.ts";
import { join } from "../lib/join.ts";
import { functions, routes, streamConsumers, triggers } from "../routes.ts";

const some = {
  routes: [{ name: "send-message", method: "POST", path: "/messages" }],
  streamConsumers: [{ name: "notify", filters: [{ eventName: ["INSERT"] }] }],
  triggers: [{ name: "inspect-attachment", source: "image-upload" }],
} as const;

test("a function is what Rust declares, what it may do, and its memory", () => {
  const permissions = { "send-message": { table: ["PutItem"] }, notify: {}, "inspect-attachment": { failureQueue: true } } as const;
  assert.deepEqual(join(some, permissions, { "inspect-attachment": 1536 }), {
    routes: [{ name: "send-message", method: "POST", path: "/messages", table: ["PutItem"] }],
    streamConsumers: [{ name: "notify", filters: [{ eventName: ["INSERT"] }] }],
    triggers: [{ name: "inspect-attachment", source: "image-upload", failureQueue: true, memory: 1536 }],
  });
});

test("a declared function without a line is named", () => {
  assert.throws(() => join(some, { notify: {} }, {}), {
    message: "send-message has no line in routes.ts\ninspect-attachment has no line in routes.ts",
  });
});

test("a line without a declared function is named", () => {
  const permissions = { "send-message": {}, "send-letter": {}, notify: {}, "inspect-attachment": {} };
  assert.throws(() => join(some, permissions, {}), { message: "send-letter of routes.ts is not in generated/functions.json" });
  assert.throws(() => join({ ...some, triggers: [] }, { "send-message": {}, notify: {} }, { "inspect-attachment": 1536 }), {
    message: "inspect-attachment of routes.ts is not in generated/functions.json",
  });
});

test("every declared function is deployed, and no other", () => {
  const names = [...declared.routes, ...declared.streamConsumers, ...declared.triggers].map(({ name }) => name);
  assert.deepEqual(
    functions.map(({ name }) => name),
    names,
  );
  assert.equal(new Set(names).size, names.length, "a name is declared twice");
  assert.equal(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size, routes.length, "a route is declared twice");
});

test("all of it is printed as JSON for checks in other languages", () => {
  const printed = execFileSync(process.execPath, ["--import", "tsx", "print-routes.ts"], { cwd: path(import.meta.dirname, "..") });
  assert.deepEqual(JSON.parse(printed.toString()), { routes, streamConsumers, triggers });
});
