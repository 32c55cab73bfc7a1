// Every entry of the table of routes is deployed, and nothing else is.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { functions, routes, triggers } from "../routes.ts";
import { configurations, Synthesized } from "./synthesized.ts";

const deployed = new Synthesized(configurations.test);
const sorted = (values: Iterable<string>) => [...values].sort();

test("names and routes are unique", () => {
  assert.equal(new Set(functions.map(({ binary }) => binary)).size, functions.length);
  assert.equal(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size, routes.length);
});

test("every entry is one function of its archive, with its own role and log group", () => {
  const made = deployed.all("AWS::Lambda::Function").map(([, { Properties }]) => Properties);
  assert.deepEqual(
    sorted(made.map(({ FunctionName }) => FunctionName)),
    sorted(functions.map(({ binary }) => `portal-messaging-test-${binary}`)),
  );
  assert.equal(new Set(made.map(({ Role }) => JSON.stringify(Role))).size, functions.length);
  assert.equal(new Set(made.map(({ Code }) => Code.S3Key)).size, functions.length);
  for (const { FunctionName, LoggingConfig, Runtime, Architectures } of made) {
    const logGroup = deployed.resources[LoggingConfig.LogGroup.Ref];
    assert.equal(logGroup?.Properties.LogGroupName, `/aws/lambda/${FunctionName}`);
    assert.equal(Runtime, "provided.al2023");
    assert.deepEqual(Architectures, ["arm64"]);
  }
  assert.equal(deployed.all("AWS::IAM::Role").length, functions.length);
});

test("every log group is kept for the configured time", () => {
  const groups = deployed.all("AWS::Logs::LogGroup");
  assert.equal(groups.length, functions.length + 1);
  for (const [, { Properties }] of groups) assert.equal(Properties.RetentionInDays, 90);
});

test("every route leads to its function, with a token unless it is public", () => {
  const made = deployed.all("AWS::ApiGatewayV2::Route").map(([, { Properties }]) => {
    const integration = deployed.resources[Properties.Target["Fn::Join"][1].at(-1).Ref];
    return `${Properties.RouteKey} ${Properties.AuthorizationType} ${deployed.text(integration?.Properties.IntegrationUri)}`;
  });
  const expected = routes.map(
    ({ binary, method, path, public: open }) =>
      `${path === "$default" ? path : `${method} ${path}`} ${open ? "NONE" : "JWT"} portal-messaging-test-${binary}.Arn`,
  );
  assert.deepEqual(sorted(made), sorted(expected));
});

test("the gateway may call each function for its own route only", () => {
  const permissions = deployed.all("AWS::Lambda::Permission").filter(([, { Properties }]) => Properties.Principal !== "s3.amazonaws.com");
  const made = permissions.map(([, { Properties }]) => {
    const source = deployed.text(Properties.SourceArn);
    return `${deployed.text(Properties.FunctionName)} ${source.slice(source.indexOf("/*/") + 2)}`;
  });
  const expected = routes.map(({ binary, path }) => `portal-messaging-test-${binary}.Arn /*${path === "$default" ? "" : path}`);
  assert.deepEqual(sorted(made), sorted(expected));
});

test("public functions are told nothing but how to log", () => {
  for (const { binary, public: open, cursorSecret, failureQueue, bucket, topics } of functions) {
    const made = deployed.all("AWS::Lambda::Function").find(([, { Properties }]) => Properties.FunctionName.endsWith(`test-${binary}`));
    const told = Object.keys(made?.[1].Properties.Environment.Variables);
    const common = ["TABLE_NAME", "ACCESS_LOG_DAYS", "ISSUER", "AUDIENCE", "CLIENT_IDS", "ROLE_CLAIM", "PATIENT_ID_CLAIM", "NAME_CLAIM"];
    const expected = [
      "LOG_LEVEL",
      ...(open ? [] : common),
      ...(cursorSecret ? ["CURSOR_SECRET_ARN"] : []),
      ...(failureQueue ? ["FAILURE_QUEUE_URL"] : []),
      // The inspection learns it from its event.
      ...(bucket && binary !== "inspect-attachment" ? ["BUCKET_NAME"] : []),
      ...(topics ? ["TOPIC_ARN_PREFIX"] : []),
      ...(topics?.includes("Publish") ? ["PORTAL_URL", "CLINIC_URL"] : []),
    ];
    assert.deepEqual(sorted(told), sorted(expected), binary);
  }
});

test("the table is printed as JSON for checks in other languages", () => {
  const printed = execFileSync(process.execPath, ["--import", "tsx", "print-routes.ts"], { cwd: join(import.meta.dirname, "..") });
  assert.deepEqual(JSON.parse(printed.toString()), { routes, triggers });
});
