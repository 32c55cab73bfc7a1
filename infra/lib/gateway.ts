// What every gateway is made with and gives, whichever API Gateway it is.
import type * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as logs from "aws-cdk-lib/aws-logs";
import type { IConstruct } from "constructs";
import type { Config } from "./config.ts";
import type { Data } from "./data.ts";
import type { Functions } from "./functions.ts";
import type { SignIn } from "./sign-in.ts";

/** What a gateway is made with. */
export interface GatewayParts {
  readonly config: Config;
  readonly data: Data;
  readonly functions: Functions;
  readonly signIn: SignIn;
}

/** What a gateway measures, under whichever name: calls, 4xx, 5xx, and how long callers wait (ms). */
export interface GatewayMetrics {
  readonly count: cloudwatch.Metric;
  readonly clientErrors: cloudwatch.Metric;
  readonly serverErrors: cloudwatch.Metric;
  readonly latency: cloudwatch.Metric;
}

/** What both kinds of API can be asked for. */
interface Measured {
  metricCount(): cloudwatch.Metric;
  metricClientError(): cloudwatch.Metric;
  metricServerError(): cloudwatch.Metric;
  metricLatency(): cloudwatch.Metric;
}

/** The metrics of an API. */
export function metricsOf(api: Measured): GatewayMetrics {
  return {
    count: api.metricCount(),
    clientErrors: api.metricClientError(),
    serverErrors: api.metricServerError(),
    latency: api.metricLatency(),
  };
}

/** The gateway in front of the functions. */
export interface Gateway extends IConstruct {
  /** Where the API answers, without a trailing slash. */
  readonly url: string;
  /** The host of that URL. */
  readonly domain: string;
  /** The path of that URL: the stage, or nothing. */
  readonly path: string;
  /** What it measures. */
  readonly metrics: GatewayMetrics;
  /** Where its access log goes. */
  readonly logGroup: logs.ILogGroup;
  /** The methods and routes that take no token at the gateway; the functions behind all others verify it again anyway. */
  readonly withoutToken: readonly IConstruct[];
}

/** Requests in a second, and at once, before the gateway answers 429. */
export const THROTTLE = { rateLimit: 500, burstLimit: 1000 };

/** What a line of the access log holds: no path, no query, no address, nothing that names a patient. */
const ACCESS_LOG_FIELDS = {
  time: "$context.requestTime",
  requestId: "$context.requestId",
  status: "$context.status",
  responseLength: "$context.responseLength",
  responseLatency: "$context.responseLatency",
  integrationLatency: "$context.integrationLatency",
  integrationStatus: "$context.integrationStatus",
  authorizerError: "$context.authorizer.error",
  gatewayError: "$context.error.message",
};

/** The same line where the gateway calls a route's template otherwise. */
export function accessLogFormat(routeKey: string): string {
  return JSON.stringify({ ...ACCESS_LOG_FIELDS, routeKey });
}
