// Every Lambda function: archive, role with the permissions of `routes.ts`, log group, environment.
import { Duration, Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { Construct, type IConstruct } from "constructs";
import { functions } from "../routes.ts";
import type { App } from "./apps.ts";
import type { Config } from "./config.ts";
import type { Data } from "./data.ts";
import type { DeployedFunction, Route, Trigger } from "./join.ts";
import type { BucketGrant, TopicAction } from "./permissions.ts";

/** Construct id of the policy that permits a function its actions on the bucket. */
const BUCKET_POLICY = "BucketPolicy";

/** What functions are created with. */
export interface FunctionParts {
  readonly config: Config;
  readonly data: Data;
  /** The issuer of tokens, resolved late: the stack's own pool calls one of the functions. */
  readonly issuer: string;
  readonly clientIds: string;
  /** The origin of an application, resolved late: CloudFront's names are known once its distributions are. */
  readonly origin: (app: App) => string;
}

/** All functions, found by their names. */
export class Functions extends Construct {
  private readonly byName: ReadonlyMap<string, lambda.Function>;

  constructor(scope: Construct, id: string, parts: FunctionParts) {
    super(scope, id);
    this.byName = new Map(functions.map((it) => [it.name, lambdaFunction(new Construct(this, it.name), it, parts)]));
  }

  /** Every function, in the order of their declarations. */
  get all(): lambda.Function[] {
    return [...this.byName.values()];
  }

  /** The policies that permit actions under a prefix of the bucket. */
  bucketPolicies(prefix: BucketGrant["prefix"]): IConstruct[] {
    const permitted = this.where(({ bucket }) => bucket?.some((grant) => grant.prefix === prefix) ?? false);
    return permitted.flatMap(({ node }) => node.scope?.node.tryFindChild(BUCKET_POLICY) ?? []);
  }

  /** The functions that meet a condition. */
  where(condition: (it: DeployedFunction) => boolean): lambda.Function[] {
    return functions.filter(condition).map(({ name }) => this.named(name));
  }

  /** The function of a name. */
  named(name: string): lambda.Function {
    const found = this.byName.get(name);
    if (!found) throw new Error(`there is no function ${name}`);
    return found;
  }
}

function lambdaFunction(scope: Construct, fn: DeployedFunction, parts: FunctionParts): lambda.Function {
  const { config, data } = parts;
  const functionName = `portal-messaging-${config.stage}-${fn.name}`;
  const logGroup = data.logGroup(scope, `/aws/lambda/${functionName}`);
  const role = new iam.Role(scope, "Role", { assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com") });
  allow(role, ["logs:CreateLogStream", "logs:PutLogEvents"], logGroup.logGroupArn);
  grantPermissions(role, fn, data);
  if (fn.bucket) grantBucket(scope, role, fn.bucket, data);

  return new lambda.Function(scope, "Function", {
    functionName,
    runtime: lambda.Runtime.PROVIDED_AL2023,
    architecture: config.architecture === "arm64" ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
    handler: "bootstrap",
    code: lambda.Code.fromAsset(`${config.archives}/${fn.name}`),
    memorySize: fn.memory ?? 256,
    timeout: Duration.seconds(isRoute(fn) ? 10 : 60),
    environment: environmentOf(fn, parts),
    role,
    logGroup,
    // Traces cost money, so only production has them. They hold no path and no query.
    tracing: config.production ? lambda.Tracing.ACTIVE : lambda.Tracing.DISABLED,
  });
}

/** Whether the gateway calls it. */
function isRoute(fn: DeployedFunction): fn is Route {
  return "path" in fn;
}

/** Whether an event source of this kind calls it. */
function isCalledBy(fn: DeployedFunction, source: Trigger["source"]): boolean {
  return "source" in fn && fn.source === source;
}

/** The environment variables of a function. */
function environmentOf(fn: DeployedFunction, { config, data, origin, issuer, clientIds }: FunctionParts): Record<string, string> {
  // These read no data: public routes, and the function that adds claims to tokens.
  if ((isRoute(fn) && fn.public) || isCalledBy(fn, "sign-in")) return { LOG_LEVEL: config.logLevel };
  return {
    LOG_LEVEL: config.logLevel,
    TABLE_NAME: data.table.tableName,
    ACCESS_LOG_DAYS: String(config.accessLogDays),
    // Only routes have callers. For the inspection these would be a circle, too: clients, pages, bucket, inspection.
    ...(isRoute(fn) && {
      ISSUER: issuer,
      AUDIENCE: config.audience,
      CLIENT_IDS: clientIds,
      ROLE_CLAIM: config.roleClaim,
      PATIENT_ID_CLAIM: config.patientIdClaim,
      NAME_CLAIM: config.nameClaim,
      ...(data.cloudFrontKey !== undefined && { CLOUDFRONT_KEY: data.cloudFrontKey }),
    }),
    ...(fn.cursorSecret && { CURSOR_SECRET_ARN: data.cursorSecretArn }),
    // The bucket depends on the function that inspects its uploads, which reads the bucket's name from the event.
    ...(fn.bucket && !isCalledBy(fn, "image-upload") && { BUCKET_NAME: data.bucket.bucketName }),
    ...(fn.bucket && config.publicS3Endpoint && { PUBLIC_S3_ENDPOINT: config.publicS3Endpoint }),
    ...(fn.failureQueue && { FAILURE_QUEUE_URL: data.failureQueue.queueUrl }),
    ...(fn.topics && { TOPIC_ARN_PREFIX: data.topicArnPrefix }),
    ...(fn.topics?.includes("CreateTopic") && data.key && { TOPIC_KEY_ARN: data.key.keyArn }),
    ...(fn.topics?.includes("Publish") && {
      PORTAL_URL: origin("portal"),
      CLINIC_URL: origin("clinic"),
      ...(config.noticeTexts && { NOTICE_TEXTS: config.noticeTexts }),
    }),
  };
}

/** Grants the permissions of a function, action by action and resource by resource, but for those on the bucket. */
function grantPermissions(role: iam.Role, fn: DeployedFunction, data: Data): void {
  if (fn.table) allow(role, fn.table.map(dynamodbAction), data.table.tableArn);
  if (fn.index) allow(role, fn.index.map(dynamodbAction), data.indexArn);
  if (fn.cursorSecret) allow(role, ["secretsmanager:GetSecretValue"], data.cursorSecretArn);
  if (fn.failureQueue) allow(role, ["sqs:SendMessage"], data.failureQueue.queueArn);
  if (fn.topics) grantTopics(role, fn.topics, data.topicArnPrefix);
  if (data.key) grantKey(role, fn, data.key.keyArn);
}

/** In a policy of its own: the role's policy is created before the function, and the function before the bucket. */
function grantBucket(scope: Construct, role: iam.Role, grants: readonly BucketGrant[], data: Data): void {
  const statements = grants.map(
    ({ action, prefix }) => new iam.PolicyStatement({ actions: [`s3:${action}`], resources: [data.bucket.arnForObjects(`${prefix}/*`)] }),
  );
  new iam.Policy(scope, BUCKET_POLICY, { statements, roles: [role] });
}

/**
 * Topics are created at run time, so the ARN ends in a wildcard. SNS checks `Unsubscribe` against no resource, but the call needs a
 * subscription's random id, and a role can list those of its own topics only.
 */
function grantTopics(role: iam.Role, actions: readonly TopicAction[], arnPrefix: string): void {
  const onTopics = actions.filter((action) => action !== "Unsubscribe");
  allow(role, onTopics.map(snsAction), `${arnPrefix}*`);
  if (actions.includes("Unsubscribe")) allow(role, [snsAction("Unsubscribe")], "*");
}

/** The key may be used through the services that the function uses, never directly. */
function grantKey(role: iam.Role, fn: DeployedFunction, keyArn: string): void {
  const writes = fn.table?.some((action) => action !== "GetItem" && action !== "Query");
  const stores = fn.bucket?.some(({ action }) => action === "PutObject");
  const services = [
    ...(fn.table || fn.index ? ["dynamodb"] : []),
    ...(fn.cursorSecret ? ["secretsmanager"] : []),
    ...(fn.failureQueue ? ["sqs"] : []),
    ...(fn.bucket ? ["s3"] : []),
    ...(fn.topics?.includes("Publish") ? ["sns"] : []),
  ];
  if (services.length === 0) return;
  const actions = [
    "kms:Decrypt",
    "kms:DescribeKey",
    ...(writes || stores || fn.failureQueue ? ["kms:Encrypt", "kms:GenerateDataKey"] : []),
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
