// The gateway as an API Gateway HTTP API: routes, JWT authoriser, CORS, one stage with access logs and throttling.
import { Duration, Stack } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import * as apigatewayv2 from "aws-cdk-lib/aws-apigatewayv2";
import { HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Construct } from "constructs";
import type { Route } from "../routes.ts";
import type { Config } from "./config.ts";
import type { Data } from "./data.ts";
import type { Functions } from "./functions.ts";

/** What a gateway is made with. */
export interface GatewayParts {
  readonly config: Config;
  readonly data: Data;
  readonly functions: Functions;
}

/** What a line of the access log holds: no path, no query, no address, nothing that names a patient. */
const ACCESS_LOG_FIELDS = {
  time: "$context.requestTime",
  requestId: "$context.requestId",
  routeKey: "$context.routeKey",
  status: "$context.status",
  responseLength: "$context.responseLength",
  responseLatency: "$context.responseLatency",
  integrationLatency: "$context.integrationLatency",
  integrationStatus: "$context.integrationStatus",
  authorizerError: "$context.authorizer.error",
  gatewayError: "$context.error.message",
};

/** The HTTP API in front of the functions. */
export class HttpGateway extends Construct {
  /** Where the API answers, without a trailing slash. */
  readonly url: string;
  /** Its one stage, served from the root. */
  readonly stage: apigatewayv2.HttpStage;
  /** The routes that take no token. */
  readonly publicRoutes: readonly apigatewayv2.HttpRoute[];

  constructor(scope: Construct, id: string, routes: readonly Route[], { config, data, functions }: GatewayParts) {
    super(scope, id);

    const api = new apigatewayv2.HttpApi(this, "Api", {
      apiName: Stack.of(this).stackName,
      description: "Portal Messaging",
      createDefaultStage: false,
      corsPreflight: {
        allowOrigins: [config.portalOrigin, config.clinicOrigin],
        allowMethods: [
          apigatewayv2.CorsHttpMethod.GET,
          apigatewayv2.CorsHttpMethod.POST,
          apigatewayv2.CorsHttpMethod.PUT,
          apigatewayv2.CorsHttpMethod.DELETE,
        ],
        allowHeaders: ["authorization", "content-type", "idempotency-key"],
        exposeHeaders: ["location", "retry-after"],
        maxAge: Duration.hours(1),
      },
    });
    this.url = api.apiEndpoint;

    this.stage = new apigatewayv2.HttpStage(this, "Stage", {
      httpApi: api,
      stageName: "$default",
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: 500, burstLimit: 1000 },
      accessLogSettings: {
        destination: new apigatewayv2.LogGroupLogDestination(data.logGroup(this, `/aws/vendedlogs/${Stack.of(this).stackName}/access`)),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_FIELDS)),
      },
    });
    const authorizer = new HttpJwtAuthorizer("Jwt", config.issuer, { jwtAudience: [config.audience] });
    const made = routes.map((route) => ({
      route,
      httpRoute: new apigatewayv2.HttpRoute(this, route.binary, {
        httpApi: api,
        routeKey: routeKey(route),
        integration: new HttpLambdaIntegration("Integration", functions.of(route)),
        authorizer: route.public ? new apigatewayv2.HttpNoneAuthorizer() : authorizer,
      }),
    }));
    this.publicRoutes = made.flatMap(({ route, httpRoute }) => (route.public ? httpRoute : []));
  }
}

function routeKey({ method, path }: Route): apigatewayv2.HttpRouteKey {
  return path === "$default" ? apigatewayv2.HttpRouteKey.DEFAULT : apigatewayv2.HttpRouteKey.with(path, apigatewayv2.HttpMethod[method]);
}
