// What every gateway is made with and gives, whichever API Gateway it is.
import type { IConstruct } from "constructs";
import type { Config } from "./config.ts";
import type { Data } from "./data.ts";
import type { Functions } from "./functions.ts";

/** What a gateway is made with. */
export interface GatewayParts {
  readonly config: Config;
  readonly data: Data;
  readonly functions: Functions;
}

/** The gateway in front of the functions. */
export interface Gateway extends IConstruct {
  /** Where the API answers, without a trailing slash. */
  readonly url: string;
  /** The host of that URL. */
  readonly domain: string;
  /** The path of that URL: the stage, or nothing. */
  readonly path: string;
}

/** What a line of the access log holds: no path, no query, no address, nothing that names a patient. */
export const ACCESS_LOG_FIELDS = {
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
