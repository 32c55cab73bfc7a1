// The gateway as an API Gateway REST API: a method for each route, one stage with access logs and throttling, problem documents.
import { Stack } from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigateway";
import type * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { accessLogFormat, type Gateway, type GatewayMetrics, type GatewayParts, metricsOf, THROTTLE } from "./gateway.ts";
import type { Route } from "./join.ts";

/** The name of its one stage, the first segment of its URL's path. */
const STAGE = "api";

/** What the gateway refuses by itself, with the same codes as the functions (shared/src/http/problem.rs). */
const REFUSALS: readonly (readonly [type: apigateway.ResponseType, status: number, code: string, title: string])[] = [
  [apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN, 404, "not-found", "There is nothing here"],
  [apigateway.ResponseType.REQUEST_TOO_LARGE, 413, "body-too-large", "The body is too large"],
  [apigateway.ResponseType.THROTTLED, 429, "busy", "Try again in a moment"],
  [apigateway.ResponseType.INTEGRATION_FAILURE, 503, "busy", "Try again in a moment"],
  [apigateway.ResponseType.INTEGRATION_TIMEOUT, 503, "busy", "Try again in a moment"],
];

/**
 * The REST API in front of the functions. It checks no token, because its authorisers support no other issuer than Cognito; the
 * functions verify every token anyway. It answers no preflight, because pages call it on their own origin.
 */
export class RestGateway extends Construct implements Gateway {
  readonly url: string;
  readonly domain: string;
  readonly path = `/${STAGE}`;
  readonly metrics: GatewayMetrics;
  readonly logGroup: logs.LogGroup;
  readonly withoutToken: readonly apigateway.Method[];
  /** Its one stage. */
  readonly stage: apigateway.Stage;
  readonly api: apigateway.RestApi;

  constructor(scope: Construct, id: string, routes: readonly Route[], { data, functions }: GatewayParts) {
    super(scope, id);
    const { stackName, region, urlSuffix } = Stack.of(this);

    this.logGroup = data.logGroup(this, `/aws/vendedlogs/${stackName}/access`);
    this.api = new apigateway.RestApi(this, "Api", {
      restApiName: stackName,
      description: "Portal Messaging",
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      // A setting of the whole account, which this stack must not change: docs/operations.md.
      cloudWatchRole: false,
      deployOptions: {
        stageName: STAGE,
        metricsEnabled: true,
        // The execution log would hold paths and queries.
        loggingLevel: apigateway.MethodLoggingLevel.OFF,
        throttlingRateLimit: THROTTLE.rateLimit,
        throttlingBurstLimit: THROTTLE.burstLimit,
        accessLogDestination: new apigateway.LogGroupLogDestination(this.logGroup),
        accessLogFormat: apigateway.AccessLogFormat.custom(accessLogFormat("$context.httpMethod $context.resourcePath")),
      },
    });
    this.metrics = metricsOf(this.api);
    this.stage = this.api.deploymentStage;
    this.domain = `${this.api.restApiId}.execute-api.${region}.${urlSuffix}`;
    this.url = `https://${this.domain}${this.path}`;

    this.withoutToken = routes.flatMap((route) => {
      const integration = new apigateway.LambdaIntegration(functions.named(route.name), { allowTestInvoke: false });
      return pathsOf(route).map((path) =>
        this.api.root.resourceForPath(path).addMethod(route.method, integration, { authorizationType: apigateway.AuthorizationType.NONE }),
      );
    });
    for (const [type, status, code, title] of REFUSALS) {
      const body = JSON.stringify({ type: `urn:portal-messaging:problem:${code}`, title, status, code });
      this.api.addGatewayResponse(type.responseType, {
        type,
        statusCode: String(status),
        responseHeaders: { "content-type": "'application/problem+json'", "cache-control": "'no-store'" },
        templates: { "application/json": body, "application/problem+json": body },
      });
    }
  }
}

/** The default route is the root and every path below it. */
function pathsOf({ path }: Route): string[] {
  return path === "$default" ? ["/", "/{proxy+}"] : [path];
}
