// The interface of both gateways: what they are created with, and what the rest of the stack uses of them.
import type * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as logs from "aws-cdk-lib/aws-logs";
import type { IConstruct } from "constructs";
import type { Config } from "./config.ts";
import type { Data } from "./data.ts";
import type { Functions } from "./functions.ts";
import type { SignIn } from "./sign-in.ts";

/** What a gateway is created with. */
export interface GatewayParts {
  readonly config: Config;
  readonly data: Data;
  readonly functions: Functions;
  readonly signIn: SignIn;
}

/** Calls, answers with 4xx and with 5xx, and milliseconds until the answer: each kind of API has its own names for these metrics. */
export interface GatewayMetrics {
  readonly count: cloudwatch.Metric;
  readonly clientErrors: cloudwatch.Metric;
  readonly serverErrors: cloudwatch.Metric;
  readonly latency: cloudwatch.Metric;
}

/** The metrics of the constructs of both kinds of API. */
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
  /** The URL of the API, without a trailing slash. */
  readonly url: string;
  /** The host of that URL. */
  readonly domain: string;
  /** The path of that URL: the stage, or nothing. */
  readonly path: string;
  /** Its metrics. */
  readonly metrics: GatewayMetrics;
  /** The log group of its access log. */
  readonly logGroup: logs.ILogGroup;
  /** The methods and routes that the gateway serves without checking a token. Functions verify every token themselves. */
  readonly withoutToken: readonly IConstruct[];
}

/** Requests per second, and in a burst, before the gateway answers 429. */
export const THROTTLE = { rateLimit: 500, burstLimit: 1000 };

/** The fields of a line of the access log: no path, no query, no address, nothing that identifies a patient. */
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

/** The format of a line; each kind of API has its own name for the template of a route. */
export function accessLogFormat(routeKey: string): string {
  return JSON.stringify({ ...ACCESS_LOG_FIELDS, routeKey });
}
