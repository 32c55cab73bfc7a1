// The gateway as an API Gateway HTTP API: routes, JWT authoriser, CORS, one stage with access logs and throttling.
import { Duration, Stack } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import * as apigatewayv2 from "aws-cdk-lib/aws-apigatewayv2";
import { HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Config } from "./config.ts";
import { accessLogFormat, type Gateway, type GatewayMetrics, type GatewayParts, metricsOf, THROTTLE } from "./gateway.ts";
import type { Route } from "./join.ts";

/** The HTTP API in front of the functions. */
export class HttpGateway extends Construct implements Gateway {
  readonly url: string;
  readonly domain: string;
  readonly path = "";
  readonly metrics: GatewayMetrics;
  readonly logGroup: logs.LogGroup;
  readonly withoutToken: readonly apigatewayv2.HttpRoute[];

  constructor(scope: Construct, id: string, routes: readonly Route[], { config, data, functions, signIn }: GatewayParts) {
    super(scope, id);

    const api = new apigatewayv2.HttpApi(this, "Api", {
      apiName: Stack.of(this).stackName,
      description: "Portal Messaging",
      createDefaultStage: false,
      ...(config.pages === "none" && { corsPreflight: corsOf(config) }),
    });
    this.url = api.apiEndpoint;
    this.metrics = metricsOf(api);
    const { region, urlSuffix } = Stack.of(this);
    this.domain = `${api.apiId}.execute-api.${region}.${urlSuffix}`;

    this.logGroup = data.logGroup(this, `/aws/vendedlogs/${Stack.of(this).stackName}/access`);
    new apigatewayv2.HttpStage(this, "Stage", {
      httpApi: api,
      stageName: "$default",
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: THROTTLE,
      accessLogSettings: {
        destination: new apigatewayv2.LogGroupLogDestination(this.logGroup),
        format: AccessLogFormat.custom(accessLogFormat("$context.routeKey")),
      },
    });
    const authorizer = new HttpJwtAuthorizer("Jwt", signIn.issuer, { jwtAudience: [...signIn.audiences] });
    const created = routes.map((route) => ({
      route,
      httpRoute: new apigatewayv2.HttpRoute(this, route.name, {
        httpApi: api,
        routeKey: routeKey(route),
        integration: new HttpLambdaIntegration("Integration", functions.named(route.name)),
        authorizer: route.public ? new apigatewayv2.HttpNoneAuthorizer() : authorizer,
      }),
    }));
    this.withoutToken = created.flatMap(({ route, httpRoute }) => (route.public ? httpRoute : []));
  }
}

function routeKey({ method, path }: Route): apigatewayv2.HttpRouteKey {
  return path === "$default" ? apigatewayv2.HttpRouteKey.DEFAULT : apigatewayv2.HttpRouteKey.with(path, apigatewayv2.HttpMethod[method]);
}

/** For pages on another origin than the API's: those that CloudFront does not serve. */
function corsOf({ portalOrigin, clinicOrigin }: Config): apigatewayv2.CorsPreflightOptions {
  const { GET, POST, PUT, DELETE } = apigatewayv2.CorsHttpMethod;
  return {
    allowOrigins: [portalOrigin, clinicOrigin],
    allowMethods: [GET, POST, PUT, DELETE],
    allowHeaders: ["authorization", "content-type", "idempotency-key"],
    exposeHeaders: ["location", "retry-after"],
    maxAge: Duration.hours(1),
  };
}
