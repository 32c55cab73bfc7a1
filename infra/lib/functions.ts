// One function for every entry of the table of routes: archive, role, log group, environment, and nothing more than it may touch.
import { Duration, Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { Construct, type IConstruct } from "constructs";
import { type BucketGrant, functions, type Route, type TopicAction, type Trigger } from "../routes.ts";
import type { Config } from "./config.ts";
import type { Data } from "./data.ts";
import type { App } from "./pages.ts";

/** Name of the policy, beside a function, for what it may do in the bucket. */
const BUCKET_POLICY = "BucketPolicy";

/** What functions are made with. */
export interface FunctionParts {
  readonly config: Config;
  readonly data: Data;
  /** Who issues tokens, known when the pool is made that calls one of the functions. */
  readonly issuer: string;
  readonly clientIds: string;
  /** Where an application is; known when its pages are. */
  readonly origin: (app: App) => string;
}

/** All functions, found by their entry. */
export class Functions extends Construct {
  private readonly byBinary: ReadonlyMap<string, lambda.Function>;

  constructor(scope: Construct, id: string, parts: FunctionParts) {
    super(scope, id);
    this.byBinary = new Map(functions.map((entry) => [entry.binary, functionFor(new Construct(this, entry.binary), entry, parts)]));
  }

  /** Every function, in the order of the table. */
  get all(): lambda.Function[] {
    return [...this.byBinary.values()];
  }

  /** The policies for what functions may do under a prefix of the bucket. */
  bucketPolicies(prefix: BucketGrant["prefix"]): IConstruct[] {
    const entries = functions.filter(({ bucket }) => bucket?.some((grant) => grant.prefix === prefix));
    return entries.flatMap((entry) => this.of(entry).node.scope?.node.tryFindChild(BUCKET_POLICY) ?? []);
  }

  /** The functions of some entries of the table. */
  touching(chosen: (entry: Route | Trigger) => boolean): lambda.Function[] {
    return functions.filter(chosen).map((entry) => this.of(entry));
  }

  /** The function of a binary. */
  named(binary: string): lambda.Function {
    const made = this.byBinary.get(binary);
    if (!made) throw new Error(`${binary} is not in the table of routes`);
    return made;
  }

  /** The function made from an entry of the table. */
  of({ binary }: Route | Trigger): lambda.Function {
    return this.named(binary);
  }
}

function functionFor(scope: Construct, entry: Route | Trigger, parts: FunctionParts): lambda.Function {
  const { config, data } = parts;
  const functionName = `portal-messaging-${config.stage}-${entry.binary}`;
  const logGroup = data.logGroup(scope, `/aws/lambda/${functionName}`);
  const role = new iam.Role(scope, "Role", { assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com") });
  allow(role, ["logs:CreateLogStream", "logs:PutLogEvents"], logGroup.logGroupArn);
  allowTouching(role, entry, data);
  if (entry.bucket) allowBucket(scope, role, entry.bucket, data);

  return new lambda.Function(scope, "Function", {
    functionName,
    runtime: lambda.Runtime.PROVIDED_AL2023,
    architecture: config.architecture === "arm64" ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
    handler: "bootstrap",
    code: lambda.Code.fromAsset(`${config.archives}/${entry.binary}`),
    memorySize: "memory" in entry ? entry.memory : 256,
    timeout: Duration.seconds("source" in entry ? 60 : 10),
    environment: environmentOf(entry, parts),
    role,
    logGroup,
    // Traces of functions hold no path and no query, and cost where nobody looks at them.
    tracing: config.production ? lambda.Tracing.ACTIVE : lambda.Tracing.DISABLED,
  });
}

/** What the function is told; a public one knows nothing of the table or the issuer. */
function environmentOf(entry: Route | Trigger, { config, data, origin, issuer, clientIds }: FunctionParts): Record<string, string> {
  if (entry.public) return { LOG_LEVEL: config.logLevel };
  return {
    LOG_LEVEL: config.logLevel,
    TABLE_NAME: data.table.tableName,
    ACCESS_LOG_DAYS: String(config.accessLogDays),
    // Triggers have no callers; and the bucket, which pages name in their headers, waits for one of them.
    ...(!("source" in entry) && {
      ISSUER: issuer,
      AUDIENCE: config.audience,
      CLIENT_IDS: clientIds,
      ROLE_CLAIM: config.roleClaim,
      PATIENT_ID_CLAIM: config.patientIdClaim,
      NAME_CLAIM: config.nameClaim,
      ...(data.cloudFrontKey !== undefined && { CLOUDFRONT_KEY: data.cloudFrontKey }),
    }),
    ...(entry.cursorSecret && { CURSOR_SECRET_ARN: data.cursorSecretArn }),
    // The bucket waits for the function that inspects its uploads, which learns its name from the event.
    ...(entry.bucket && !("source" in entry && entry.source === "image-upload") && { BUCKET_NAME: data.bucket.bucketName }),
    ...(entry.bucket && config.publicS3Endpoint && { PUBLIC_S3_ENDPOINT: config.publicS3Endpoint }),
    ...(entry.failureQueue && { FAILURE_QUEUE_URL: data.failureQueue.queueUrl }),
    ...(entry.topics && { TOPIC_ARN_PREFIX: data.topicArnPrefix }),
    ...(entry.topics?.includes("CreateTopic") && data.key && { TOPIC_KEY_ARN: data.key.keyArn }),
    ...(entry.topics?.includes("Publish") && {
      PORTAL_URL: origin("portal"),
      CLINIC_URL: origin("clinic"),
      ...(config.noticeTexts && { NOTICE_TEXTS: config.noticeTexts }),
    }),
  };
}

/** Grants what the table of routes lists, action by action, resource by resource. */
function allowTouching(role: iam.Role, entry: Route | Trigger, data: Data): void {
  if (entry.table) allow(role, entry.table.map(dynamodbAction), data.table.tableArn);
  if (entry.index) allow(role, entry.index.map(dynamodbAction), data.indexArn);
  if (entry.cursorSecret) allow(role, ["secretsmanager:GetSecretValue"], data.cursorSecretArn);
  if (entry.failureQueue) allow(role, ["sqs:SendMessage"], data.failureQueue.queueArn);
  if (entry.topics) allowTopics(role, entry.topics, data.topicArnPrefix);
  if (data.key) allowKey(role, entry, data.key.keyArn);
}

/** A policy apart from the role's own: the function waits for that one, and the bucket for the function. */
function allowBucket(scope: Construct, role: iam.Role, grants: readonly BucketGrant[], data: Data): void {
  const statements = grants.map(
    ({ action, prefix }) => new iam.PolicyStatement({ actions: [`s3:${action}`], resources: [data.bucket.arnForObjects(`${prefix}/*`)] }),
  );
  new iam.Policy(scope, BUCKET_POLICY, { statements, roles: [role] });
}

/**
 * Topics are made at run time, so their names end in a wildcard. SNS checks `Unsubscribe` against no resource, but
 * it takes a subscription's random id, and a role learns of those on its own topics only.
 */
function allowTopics(role: iam.Role, actions: readonly TopicAction[], arnPrefix: string): void {
  const onTopics = actions.filter((action) => action !== "Unsubscribe");
  allow(role, onTopics.map(snsAction), `${arnPrefix}*`);
  if (actions.includes("Unsubscribe")) allow(role, [snsAction("Unsubscribe")], "*");
}

/** The key may be used through the services that the entry touches, never directly. */
function allowKey(role: iam.Role, entry: Route | Trigger, keyArn: string): void {
  const writes = entry.table?.some((action) => action !== "GetItem" && action !== "Query");
  const stores = entry.bucket?.some(({ action }) => action === "PutObject");
  const services = [
    ...(entry.table || entry.index ? ["dynamodb"] : []),
    ...(entry.cursorSecret ? ["secretsmanager"] : []),
    ...(entry.failureQueue ? ["sqs"] : []),
    ...(entry.bucket ? ["s3"] : []),
    ...(entry.topics?.includes("Publish") ? ["sns"] : []),
  ];
  if (services.length === 0) return;
  const actions = [
    "kms:Decrypt",
    "kms:DescribeKey",
    ...(writes || stores || entry.failureQueue ? ["kms:Encrypt", "kms:GenerateDataKey"] : []),
  ];
  const { region, urlSuffix } = Stack.of(role);
  allow(role, actions, keyArn, { StringEquals: { "kms:ViaService": services.map((name) => `${name}.${region}.${urlSuffix}`) } });
}

/** Adds one statement to a function's own policy. */
export function allow(role: iam.IRole, actions: string[], resource: string, conditions?: Record<string, unknown>): void {
  role.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources: [resource], ...(conditions && { conditions }) }));
}

function dynamodbAction(action: string): string {
  return `dynamodb:${action}`;
}

function snsAction(action: string): string {
  return `sns:${action}`;
}
