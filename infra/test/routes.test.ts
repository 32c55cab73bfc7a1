// Every function is deployed once, with its own role and log group, and reached by its route; nothing else is deployed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { functions, routes } from "../routes.ts";
import { configurations, Synthesized } from "./synthesized.ts";

const deployed = new Synthesized(configurations.test);
const rest = new Synthesized(configurations.rest);
const sorted = (values: Iterable<string>) => [...values].sort();

test("every function is deployed from its archive, with its own role and log group", () => {
  const made = deployed.all("AWS::Lambda::Function").map(([, { Properties }]) => Properties);
  assert.deepEqual(
    sorted(made.map(({ FunctionName }) => FunctionName)),
    sorted(functions.map(({ name }) => `portal-messaging-test-${name}`)),
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
    ({ name, method, path, public: open }) =>
      `${path === "$default" ? path : `${method} ${path}`} ${open ? "NONE" : "JWT"} portal-messaging-test-${name}.Arn`,
  );
  assert.deepEqual(sorted(made), sorted(expected));
  assert.equal(deployed.all("AWS::ApiGateway::RestApi").length, 0);
});

/** The path of a resource of the REST API, by its logical id. */
function pathOf(id: string): string {
  const { ParentId, PathPart } = rest.resources[id]?.Properties ?? {};
  return ParentId.Ref ? `${pathOf(ParentId.Ref)}/${PathPart}` : `/${PathPart}`;
}

/** The paths of a route in a REST API: the default route is the root and every path below it. */
const restPaths = (path: string) => (path === "$default" ? ["/", "/{proxy+}"] : [path]);

test("every route leads to its function (REST API)", () => {
  const made = rest.all("AWS::ApiGateway::Method").map(([, { Properties }]) => {
    const path = Properties.ResourceId.Ref ? pathOf(Properties.ResourceId.Ref) : "/";
    const uri = rest.text(Properties.Integration.Uri);
    assert.equal(Properties.Integration.Type, "AWS_PROXY");
    return `${Properties.HttpMethod} ${path} ${/functions\/(.*)\.Arn\/invocations$/.exec(uri)?.[1]}`;
  });
  const expected = routes.flatMap(({ name, method, path }) => restPaths(path).map((it) => `${method} ${it} portal-messaging-rest-${name}`));
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
    sorted(sources(deployed).map(([name, source]) => `${name} ${source.slice(source.indexOf("/*/") + 2)}`)),
    sorted(routes.map(({ name, path }) => `portal-messaging-test-${name}.Arn /*${path === "$default" ? "" : path}`)),
  );
  // The stage is a reference; then method and path, with a star for each parameter.
  const star = (path: string) => path.replaceAll(/\{[^}]*\}/g, "*");
  assert.deepEqual(
    sorted(sources(rest).map(([name, source]) => `${name} ${source.split("/").slice(2).join("/")}`)),
    sorted(
      routes.flatMap(({ name, method, path }) =>
        restPaths(path).map((it) => `portal-messaging-rest-${name}.Arn ${method === "ANY" ? "*" : method}${star(it)}`),
      ),
    ),
  );
});
