// The stack's parameters: one typed configuration, read from CDK context (`-c name=value`).
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { functions } from "../routes.ts";

/** All parameters of the stack. */
export interface Config {
  readonly stage: string;
  readonly issuer: string;
  readonly audience: string;
  readonly clientIds: readonly string[];
  readonly roleClaim: string;
  readonly patientIdClaim: string;
  readonly nameClaim: string;
  readonly gateway: "http" | "rest";
  readonly pages: "cloudfront" | "none";
  readonly portalOrigin: string;
  readonly clinicOrigin: string;
  readonly certificateArn: string;
  readonly portalClientId: string;
  readonly clinicClientId: string;
  readonly signInScope: string;
  readonly signInResource: string;
  readonly production: boolean;
  readonly requireTls: boolean;
  readonly architecture: "arm64" | "x86_64";
  readonly archives: string;
  readonly publicS3Endpoint: string;
  readonly cloudFrontKeyGeneration: number;
  readonly alarmEmail: string;
  readonly monthlyBudget: number;
  readonly leaveOut: readonly string[];
  readonly logLevel: string;
  readonly logRetentionDays: RetentionDays;
  readonly accessLogDays: number;
  readonly streamParallelism: number;
  readonly noticeTexts: string | undefined;
}

interface Parameter<T> {
  readonly doc: string;
  /** Used when nothing is given; a parameter without a default is required. */
  readonly default?: string;
  /** Turns the text into the value, or throws with what is allowed. */
  readonly parse: (text: string) => T;
}

/** Every parameter: its meaning, its default, how it is read. */
export const parameters: { readonly [K in keyof Config]: Parameter<Config[K]> } = {
  stage: { doc: "name of this deployment, part of the stack's and the functions' names", default: "dev", parse: stageName },
  issuer: {
    doc: "URL of the OpenID Connect issuer whose access tokens are accepted; empty creates a Cognito pool",
    default: "",
    parse: optional(issuerUrl),
  },
  audience: { doc: "audience the access tokens must name", default: "portal-messaging-api", parse: text },
  clientIds: { doc: "comma separated OAuth client ids whose tokens are accepted; empty accepts any", default: "", parse: list },
  roleClaim: { doc: "claim that holds the role: patient, clinician or admin", default: "role", parse: text },
  patientIdClaim: { doc: "claim that holds a patient's id", default: "patientId", parse: text },
  nameClaim: { doc: "claim that holds the name shown to others", default: "name", parse: text },
  gateway: {
    doc: "API Gateway in front of the functions: http, an HTTP API, which checks tokens too; rest, a REST API, for emulators and private networks",
    default: "http",
    parse: choice("http", "rest", (it) => it as Config["gateway"]),
  },
  pages: {
    doc: "cloudfront serves both applications and the API on their origin; with none, something else does: `cargo xtask dev`, your own web server",
    default: "cloudfront",
    parse: choice("cloudfront", "none", (it) => it as Config["pages"]),
  },
  portalOrigin: {
    doc: "origin of the patient portal, such as https://portal.example.org; empty for the name that CloudFront gives",
    default: "",
    parse: optional(origin),
  },
  clinicOrigin: {
    doc: "origin of the clinic's application; empty for the name that CloudFront gives",
    default: "",
    parse: optional(origin),
  },
  certificateArn: {
    doc: "ARN of the certificate of these origins, in Certificate Manager of us-east-1; empty without origins",
    default: "",
    parse: optional(certificate),
  },
  portalClientId: { doc: "OAuth client id of the patient portal at the issuer", default: "portal", parse: text },
  clinicClientId: { doc: "OAuth client id of the clinic's application at the issuer", default: "clinic", parse: text },
  signInScope: { doc: "scopes that the applications request at sign-in", default: "openid", parse: text },
  signInResource: {
    doc: "the API's resource indicator (RFC 8707), which the applications send at sign-in where the issuer requires one",
    default: "",
    parse: (it) => it.trim(),
  },
  production: {
    doc: "true for real patients: customer-managed key, deletion protection, data kept when the stack is deleted",
    default: "false",
    parse: choice("true", "false", (it) => it === "true"),
  },
  requireTls: {
    doc: "false only for an emulator without TLS: bucket and queue then accept calls over plain HTTP",
    default: "true",
    parse: choice("true", "false", (it) => it === "true"),
  },
  architecture: {
    doc: "processor the archives are built for: arm64 or x86_64",
    default: "arm64",
    parse: choice("arm64", "x86_64", (it) => it as Config["architecture"]),
  },
  archives: { doc: "folder with <name>/bootstrap for every function", default: "../target/lambda", parse: archives },
  publicS3Endpoint: {
    doc: "URL at which browsers reach the bucket, if it differs from the functions' (on some emulators); empty on AWS",
    default: "",
    parse: optional(origin),
  },
  cloudFrontKeyGeneration: {
    doc: "increment it to replace the key that CloudFront sends to functions: CloudFormation reads a secret again only when its name changes",
    default: "1",
    parse: wholeNumber(1, 1_000_000),
  },
  alarmEmail: {
    doc: "email address for production's alarms and the budget's warnings; without it the topic of alarms has no subscriber",
    default: "",
    parse: optional(email),
  },
  monthlyBudget: {
    doc: "US dollars that the account should cost in a month: production warns alarmEmail near and above them; 0 for no budget",
    default: "0",
    parse: wholeNumber(0, 1_000_000),
  },
  leaveOut: {
    doc: "comma separated resource types that are not created, because an emulator does not support them; empty on AWS",
    default: "",
    parse: list,
  },
  logLevel: { doc: "level of the functions' logs", default: "info", parse: text },
  logRetentionDays: { doc: "days that logs are kept, one of the values that CloudWatch Logs allows", default: "90", parse: retention },
  accessLogDays: {
    doc: "days that the access log (which staff member saw or did what) is kept, 365 to 36500",
    default: "2190",
    parse: wholeNumber(365, 36500),
  },
  streamParallelism: { doc: "batches of one stream shard processed at a time, 1 to 10", default: "1", parse: wholeNumber(1, 10) },
  noticeTexts: {
    doc: "JSON file with texts of notifications that replace the built-in ones: subject, email, sms; {url} stands for the address of the application",
    default: "",
    parse: noticeTexts,
  },
};

/** Reads every parameter. Throws with all that are missing or wrong at once. */
export function readConfig(context: (name: string) => string | number | boolean | undefined): Config {
  const problems: string[] = [];
  const entries = Object.entries(parameters).map(([name, parameter]) => {
    const given = context(name) ?? parameter.default;
    if (given === undefined) {
      problems.push(`${name} is missing: ${parameter.doc}`);
      return [name, undefined];
    }
    try {
      return [name, parameter.parse(String(given))];
    } catch (error) {
      problems.push(`${name} ${(error as Error).message} (${parameter.doc})`);
      return [name, undefined];
    }
  });
  const config = Object.fromEntries(entries) as Config;
  if (config.production && !config.requireTls) problems.push("requireTls must be true in production");
  if (config.monthlyBudget > 0 && config.alarmEmail === "") problems.push("alarmEmail must be given with monthlyBudget");
  problems.push(...originProblems(config));
  if (problems.length > 0) {
    throw new Error(`The stack's parameters are not complete. Give them as -c name=value:\n  ${problems.join("\n  ")}`);
  }
  return config;
}

/** Origins are required without CloudFront, and require a certificate with it. */
function originProblems({ pages, portalOrigin, clinicOrigin, certificateArn }: Config): string[] {
  const given = [portalOrigin, clinicOrigin].filter((it) => it !== "");
  if (pages === "none" && given.length < 2)
    return ["portalOrigin and clinicOrigin must be given where CloudFront does not serve the pages"];
  if (pages === "cloudfront" && given.length > 0 && certificateArn === "") {
    return ["certificateArn must be given where CloudFront serves origins of your own"];
  }
  return [];
}

function text(value: string): string {
  if (value.trim() === "") throw new Error("must not be empty");
  return value.trim();
}

function list(value: string): string[] {
  return value.split(",").flatMap((item) => item.trim() || []);
}

function stageName(value: string): string {
  if (!/^[a-z][a-z0-9-]{0,15}$/.test(value)) throw new Error("must be up to 16 lower-case letters, digits and hyphens");
  return value;
}

function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < least || number > most) throw new Error(`must be a whole number from ${least} to ${most}`);
    return number;
  };
}

function retention(value: string): RetentionDays {
  const days = Object.values(RetentionDays).find((known): known is RetentionDays => typeof known === "number" && String(known) === value);
  if (days === undefined) throw new Error("must be a number of days that CloudWatch Logs allows, such as 30, 90 or 365");
  return days;
}

function choice<T>(one: string, other: string, value: (chosen: string) => T): (given: string) => T {
  return (given) => {
    if (given !== one && given !== other) throw new Error(`must be ${one} or ${other}`);
    return value(given);
  };
}

function optional(parse: (value: string) => string): (value: string) => string {
  return (value) => (value === "" ? value : parse(value));
}

function email(value: string): string {
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) throw new Error("must be an email address");
  return value;
}

function certificate(value: string): string {
  if (!/^arn:[a-z-]+:acm:us-east-1:\d{12}:certificate\/[\w-]+$/.test(value))
    throw new Error("must be the ARN of a certificate in us-east-1");
  return value;
}

/** Plain HTTP is allowed for a provider on this machine only. */
function webUrl(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const local = url?.protocol === "http:" && ["localhost", "127.0.0.1"].includes(url.hostname);
  if (!url || (url.protocol !== "https:" && !local)) throw new Error("must be an https URL (http for localhost alone)");
  return url;
}

/** Not normalized: a token's issuer is compared as text. */
function issuerUrl(value: string): string {
  webUrl(value);
  return value;
}

function origin(value: string): string {
  const url = webUrl(value);
  if (url.origin !== value) throw new Error(`must be an origin without a path, such as ${url.origin}`);
  return value;
}

/** Rejects texts that no notification could be sent with; the function checks the rest when it starts. */
function noticeTexts(value: string): string | undefined {
  if (value === "") return undefined;
  const path = resolve(import.meta.dirname, "..", value);
  if (!existsSync(path)) throw new Error(`must name a file; there is none at ${path}`);
  const texts = jsonObject(readFileSync(path, "utf8"));
  for (const [name, template] of Object.entries(texts)) {
    if (!["subject", "email", "sms"].includes(name)) throw new Error(`must not hold ${name}: the texts are subject, email and sms`);
    if (typeof template !== "string" || template.trim() === "") throw new Error(`must hold a text for ${name}`);
    if (/[{}]/.test(template.replaceAll("{url}", ""))) throw new Error(`must have no placeholder but {url} in ${name}`);
  }
  if (typeof texts.sms === "string" && texts.sms.length > 140) throw new Error("must hold an sms of at most 140 characters with its URL");
  return JSON.stringify(texts);
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The same error as for JSON that is not an object.
  }
  throw new Error("must be a JSON object");
}

function archives(value: string): string {
  const folder = resolve(import.meta.dirname, "..", value);
  const missing = functions.filter(({ name }) => !existsSync(join(folder, name, "bootstrap")));
  if (missing.length > 0) {
    throw new Error(`lacks ${missing.map(({ name }) => name).join(", ")} in ${folder}; build them with \`cargo lambda build --release\``);
  }
  return folder;
}
