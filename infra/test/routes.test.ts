// Every entry of the table of routes is deployed, and nothing else is.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { functions, routes, triggers } from "../routes.ts";
import { configurations, Synthesized } from "./synthesized.ts";

const deployed = new Synthesized(configurations.test);
const rest = new Synthesized(configurations.rest);
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

test("every route leads to its function, with a token unless it is public (HTTP API)", () => {
  const made = deployed.all("AWS::ApiGatewayV2::Route").map(([, { Properties }]) => {
    const integration = deployed.resources[Properties.Target["Fn::Join"][1].at(-1).Ref];
    return `${Properties.RouteKey} ${Properties.AuthorizationType} ${deployed.text(integration?.Properties.IntegrationUri)}`;
  });
  const expected = routes.map(
    ({ binary, method, path, public: open }) =>
      `${path === "$default" ? path : `${method} ${path}`} ${open ? "NONE" : "JWT"} portal-messaging-test-${binary}.Arn`,
  );
  assert.deepEqual(sorted(made), sorted(expected));
  assert.equal(deployed.all("AWS::ApiGateway::RestApi").length, 0);
});

/** A REST API's paths, by the logical ids of their resources. */
function pathOf(id: string): string {
  const { ParentId, PathPart } = rest.resources[id]?.Properties ?? {};
  return ParentId.Ref ? `${pathOf(ParentId.Ref)}/${PathPart}` : `/${PathPart}`;
}

/** A route as a REST API has it: what no other takes is the root and all below it. */
const restPaths = (path: string) => (path === "$default" ? ["/", "/{proxy+}"] : [path]);

test("every route leads to its function (REST API)", () => {
  const made = rest.all("AWS::ApiGateway::Method").map(([, { Properties }]) => {
    const path = Properties.ResourceId.Ref ? pathOf(Properties.ResourceId.Ref) : "/";
    const uri = rest.text(Properties.Integration.Uri);
    assert.equal(Properties.Integration.Type, "AWS_PROXY");
    return `${Properties.HttpMethod} ${path} ${/functions\/(.*)\.Arn\/invocations$/.exec(uri)?.[1]}`;
  });
  const expected = routes.flatMap(({ binary, method, path }) =>
    restPaths(path).map((it) => `${method} ${it} portal-messaging-rest-${binary}`),
  );
  assert.deepEqual(sorted(made), sorted(expected));
  assert.equal(rest.all("AWS::ApiGatewayV2::Api").length, 0);
});

test("the gateway may call each function for its own route only", () => {
  const sources = (from: Synthesized) =>
    from
      .all("AWS::Lambda::Permission")
      .filter(([, { Properties }]) => Properties.Principal === "apigateway.amazonaws.com")
      .map(([, { Properties }]) => [from.text(Properties.FunctionName), from.text(Properties.SourceArn)] as const);
  assert.deepEqual(
    sorted(sources(deployed).map(([binary, source]) => `${binary} ${source.slice(source.indexOf("/*/") + 2)}`)),
    sorted(routes.map(({ binary, path }) => `portal-messaging-test-${binary}.Arn /*${path === "$default" ? "" : path}`)),
  );
  // The stage is a reference; then method and path, with a star for each parameter.
  const star = (path: string) => path.replaceAll(/\{[^}]*\}/g, "*");
  assert.deepEqual(
    sorted(sources(rest).map(([binary, source]) => `${binary} ${source.split("/").slice(2).join("/")}`)),
    sorted(
      routes.flatMap(({ binary, method, path }) =>
        restPaths(path).map((it) => `portal-messaging-rest-${binary}.Arn ${method === "ANY" ? "*" : method}${star(it)}`),
      ),
    ),
  );
});

test("public functions are told nothing but how to log", () => {
  for (const entry of functions) {
    const { binary, public: open, cursorSecret, failureQueue, bucket, topics } = entry;
    const made = deployed.all("AWS::Lambda::Function").find(([, { Properties }]) => Properties.FunctionName.endsWith(`test-${binary}`));
    const told = Object.keys(made?.[1].Properties.Environment.Variables);
    const ofCallers = ["ISSUER", "AUDIENCE", "CLIENT_IDS", "ROLE_CLAIM", "PATIENT_ID_CLAIM", "NAME_CLAIM", "CLOUDFRONT_KEY"];
    const expected = [
      "LOG_LEVEL",
      ...(open ? [] : ["TABLE_NAME", "ACCESS_LOG_DAYS"]),
      ...(open || "source" in entry ? [] : ofCallers),
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
