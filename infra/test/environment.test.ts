// The environment variables of functions: one line per function in `snapshots/environment.txt`, and what must not be in one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { functions, routes, streamConsumers, triggers } from "../routes.ts";
import { assertSnapshot } from "./snapshots.ts";
import { configurations, Synthesized } from "./synthesized.ts";

const production = new Synthesized(configurations.production);

/** Names of the variables of a function. */
const variables = (name: string): string[] => Object.keys(production.lambda(name).Properties.Environment.Variables).sort();

test("the variables of every function are those of the snapshot", () => {
  assertSnapshot("environment", functions.map(({ name }) => `${name} ${variables(name).join(" ")}`).sort());
});

test("public functions and the one that adds claims are configured with nothing but how to log", () => {
  const withoutData = [...routes.filter((route) => route.public).map(({ name }) => name), "add-claims"];
  assert.ok(withoutData.includes("get-health"));
  for (const name of withoutData) assert.deepEqual(variables(name), ["LOG_LEVEL"], name);
});

test("every other route can verify tokens and refuse requests that bypass CloudFront; functions without callers cannot", () => {
  const forCallers = ["AUDIENCE", "CLIENT_IDS", "CLOUDFRONT_KEY", "ISSUER", "NAME_CLAIM", "PATIENT_ID_CLAIM", "ROLE_CLAIM"];
  const found = (name: string) => variables(name).filter((variable) => forCallers.includes(variable));
  for (const route of routes) if (!route.public) assert.deepEqual(found(route.name), forCallers, route.name);
  for (const { name } of [...streamConsumers, ...triggers]) assert.deepEqual(found(name), [], name);
});
