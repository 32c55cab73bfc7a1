// The accepted findings of the policy checks: on which constructs, of which rules, and why.
import { Stack, Validations } from "aws-cdk-lib";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import type * as s3 from "aws-cdk-lib/aws-s3";
import type { IConstruct } from "constructs";
import { type App, APPS } from "./apps.ts";
import type { Pages } from "./pages.ts";
import { RestGateway } from "./rest-api.ts";
import { Users } from "./sign-in.ts";
import type { MessagingStack } from "./stack.ts";

/** Rules whose findings are accepted on some constructs, and the reason. */
export interface Suppression {
  readonly on: readonly IConstruct[];
  readonly rules: readonly string[];
  readonly reason: string;
}

/** Acknowledges every accepted finding on its construct, for the policy checks in the tests. */
export function acknowledgeFindings(stack: MessagingStack): void {
  for (const { on, rules, reason } of suppressions(stack)) {
    for (const construct of on) Validations.of(construct).acknowledge(...rules.map((id) => ({ id, reason })));
  }
}

/** All accepted findings; some are accepted only outside production, some only on an emulator. */
export function suppressions(stack: MessagingStack): Suppression[] {
  const { production, requireTls } = stack.config;
  return [
    ...always(stack),
    ...(stack.pages ? onCloudFront(stack.pages, stack) : []),
    ...(stack.gateway instanceof RestGateway ? onRestApi(stack.gateway) : []),
    ...(stack.signIn instanceof Users ? onUsers(stack.signIn) : []),
    ...(production ? traced(stack) : withoutKey(stack)),
    ...(requireTls ? [] : withoutTls(stack)),
  ];
}

function always({ config, data, functions, gateway }: MessagingStack): Suppression[] {
  return [
    {
      on: gateway instanceof RestGateway ? [] : gateway.withoutToken,
      rules: ["AwsSolutions-APIG4"],
      reason: "Public by contract: health, the OpenAPI document, and the refusal of unknown routes read no data.",
    },
    {
      on: functions.all,
      rules: ["HIPAA.Security-LambdaInsideVPC"],
      reason:
        "Functions reach only AWS services and the issuer's keys, over TLS and with their own role; there is nothing in a private network to reach.",
    },
    {
      on: functions.all,
      rules: ["HIPAA.Security-LambdaConcurrency"],
      reason: "The gateway throttles; a reservation per function would take capacity from the others and turn load into errors.",
    },
    {
      on: functions.all,
      rules: ["HIPAA.Security-LambdaDLQ"],
      reason:
        "Routes answer their caller; the stream's event source and the inspection of images have the failure queue as their destination.",
    },
    {
      on: functions.all.flatMap(({ role }) => role ?? []),
      rules: ["HIPAA.Security-IAMNoInlinePolicy"],
      reason:
        "A role belongs to exactly one function; its policy follows from `routes.ts` and must neither be shared nor outlive the function.",
    },
    ...(["uploads", "images"] as const).map((prefix) => ({
      on: functions.bucketPolicies(prefix),
      rules: [objectsUnder(data.bucket, prefix)],
      reason: "Named actions on the objects under one prefix of the one bucket: objects are named by ids that do not exist yet.",
    })),
    {
      on: [...new Set([...functions.bucketPolicies("uploads"), ...functions.bucketPolicies("images")])],
      rules: ["HIPAA.Security-IAMNoInlinePolicy"],
      reason:
        "It belongs to one function, whose other policy is created first: the bucket depends on the function that inspects its uploads.",
    },
    {
      on: policiesOf(functions.where(({ topics }) => topics !== undefined)),
      rules: [`AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sns:<AWS::Region>:<AWS::AccountId>:portal-messaging-${config.stage}-*]`],
      reason: "Topics are created at run time, one for each person with an address: the names of all begin with the deployment's.",
    },
    {
      on: policiesOf(functions.where(({ topics }) => topics?.includes("Unsubscribe") ?? false)),
      rules: ["AwsSolutions-IAM5[Resource::*]"],
      reason: "SNS checks Unsubscribe against no resource; the call needs a random id, and the role can list those of its own topics only.",
    },
    {
      on: [data.table],
      rules: ["HIPAA.Security-DynamoDBInBackupPlan"],
      reason: "Point-in-time recovery restores any second of the last 35 days; a backup plan with its vault is the account's own.",
    },
    {
      on: [data.bucket],
      rules: ["AwsSolutions-S1", "HIPAA.Security-S3BucketLoggingEnabled"],
      reason:
        "Images are reached only through short-lived URLs that functions hand out to callers they know; access logs would copy addresses to a second bucket.",
    },
    {
      on: [data.bucket],
      rules: ["HIPAA.Security-S3BucketVersioningEnabled", "HIPAA.Security-S3BucketReplicationEnabled"],
      reason:
        "An image is written once under its own random key; versions would keep what was rejected or deleted, and replication needs them.",
    },
    {
      on: [data.failureQueue],
      rules: ["AwsSolutions-SQS3"],
      reason: "It is itself the queue of what failed; nothing consumes it but the replay command.",
    },
    {
      on: [data.cursorSecret],
      rules: ["AwsSolutions-SMG4", "HIPAA.Security-SecretsManagerRotationEnabled"],
      reason:
        "It signs list cursors and gives access to no data; a new value invalidates the cursors in use, so it is replaced by hand when needed.",
    },
  ];
}

/** Findings on the REST API, where the checks expect what the functions do themselves. */
function onRestApi({ api, stage, withoutToken }: RestGateway): Suppression[] {
  return [
    {
      on: withoutToken,
      rules: ["AwsSolutions-APIG4", "AwsSolutions-COG4"],
      reason:
        "A REST API checks tokens of Cognito, or calls a function to check them; every function verifies its caller's token itself, on any gateway.",
    },
    {
      on: [api],
      rules: ["AwsSolutions-APIG2"],
      reason: "The functions validate every request, and answer with problem documents that point at the invalid field.",
    },
    {
      on: [stage],
      rules: ["AwsSolutions-APIG3"],
      reason: "The firewall is in front of CloudFront, and functions refuse requests that did not pass it.",
    },
    {
      on: [stage],
      rules: ["AwsSolutions-APIG6", "HIPAA.Security-APIGWExecutionLoggingEnabled"],
      reason: "The execution log would hold paths and queries, and queries hold search words; the access log has every call without them.",
    },
    {
      on: [stage],
      rules: ["HIPAA.Security-APIGWCacheEnabledAndEncrypted"],
      reason: "Answers are for one person only, so nothing is cached.",
    },
    {
      on: [stage],
      rules: ["HIPAA.Security-APIGWXrayEnabled"],
      reason: "The gateway's traces would hold paths, with ids of patients; in production the functions' own are on.",
    },
    {
      on: [stage],
      rules: ["HIPAA.Security-APIGWSSLEnabled"],
      reason:
        "The gateway calls functions through the Lambda service, with its own permission for each; there is no server to show a certificate to.",
    },
  ];
}

function onUsers({ pool }: Users): Suppression[] {
  return [
    {
      on: [pool],
      rules: ["AwsSolutions-COG8"],
      reason:
        "The plan with threat protection costs as much per user as everything else; users are invited, and sign in with a second factor.",
    },
  ];
}

/** Findings on the pages: files that are public anyway, and the distributions in front of them. */
function onCloudFront({ bucket, distributions }: Pages, { config, data, edge }: MessagingStack): Suppression[] {
  const both = Object.values(distributions);
  const ownDomain = (app: App) => (app === "portal" ? config.portalOrigin : config.clinicOrigin) !== "";
  return [
    {
      on: [bucket],
      rules: [
        "AwsSolutions-S1",
        "HIPAA.Security-S3BucketLoggingEnabled",
        "HIPAA.Security-S3BucketVersioningEnabled",
        "HIPAA.Security-S3BucketReplicationEnabled",
        "HIPAA.Security-S3DefaultEncryptionKMS",
      ],
      reason: "It holds the built pages, which everyone may read and any checkout makes anew; there is no data in it.",
    },
    {
      on: both,
      rules: ["AwsSolutions-CFR1"],
      reason: "Patients travel: the country of a request says nothing about who sends it. Its token does.",
    },
    {
      on: both,
      rules: ["AwsSolutions-CFR3"],
      reason:
        "CloudFront's logs would hold queries, which hold search words. The gateway logs every call without its query, the firewall what it blocks.",
    },
    {
      on: data.cloudFrontSecret ? [data.cloudFrontSecret] : [],
      rules: ["AwsSolutions-SMG4", "HIPAA.Security-SecretsManagerRotationEnabled"],
      reason: "CloudFront and functions must change it together: it is replaced by a deployment, as the operations guide says.",
    },
    ...(edge
      ? [
          {
            on: [edge.logGroup],
            rules: ["HIPAA.Security-CloudWatchLogGroupEncrypted"],
            reason:
              "Paths, queries and tokens are redacted before WAF writes; encrypted with the service's key, because the stack's own is in another region.",
          },
        ]
      : [
          {
            on: both,
            rules: ["AwsSolutions-CFR2"],
            reason: "Outside production the firewall would cost more than the rest of the stage.",
          },
        ]),
    ...APPS.filter((app) => !ownDomain(app)).map((app) => ({
      on: [distributions[app]],
      rules: ["AwsSolutions-CFR4"],
      reason: "CloudFront's own certificate allows old TLS versions; only your own domain can forbid them.",
    })),
  ];
}

/** The rule against wildcards, on the objects under a prefix. */
function objectsUnder(bucket: s3.Bucket, prefix: string): string {
  const logicalId = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as s3.CfnBucket);
  return `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>/${prefix}/*]`;
}

/** The functions' own policies. */
function policiesOf(functions: readonly lambda.Function[]): IConstruct[] {
  return functions.flatMap(({ role }) => role?.node.tryFindChild("DefaultPolicy") ?? []);
}

function traced({ functions }: MessagingStack): Suppression[] {
  return [
    {
      on: policiesOf(functions.all),
      rules: ["AwsSolutions-IAM5[Resource::*]"],
      reason: "X-Ray checks PutTraceSegments and PutTelemetryRecords against no resource: the two named actions on everything.",
    },
  ];
}

function withoutKey({ data, functions, gateway }: MessagingStack): Suppression[] {
  const reason = "Outside production the service's key encrypts; `production` creates the customer-managed one.";
  return [
    {
      on: [...functions.all.flatMap(({ node }) => node.scope?.node.tryFindChild("Logs") ?? []), gateway.logGroup],
      rules: ["HIPAA.Security-CloudWatchLogGroupEncrypted"],
      reason,
    },
    { on: [data.bucket], rules: ["HIPAA.Security-S3DefaultEncryptionKMS"], reason },
    {
      on: [data.cursorSecret, ...(data.cloudFrontSecret ? [data.cloudFrontSecret] : [])],
      rules: ["HIPAA.Security-SecretsManagerUsingKMSKey"],
      reason,
    },
  ];
}

function withoutTls({ data }: MessagingStack): Suppression[] {
  const reason = "An emulator on this machine speaks plain HTTP; `requireTls` is true everywhere else.";
  return [
    { on: [data.bucket], rules: ["AwsSolutions-S10", "HIPAA.Security-S3BucketSSLRequestsOnly"], reason },
    { on: [data.failureQueue], rules: ["AwsSolutions-SQS4"], reason },
  ];
}
