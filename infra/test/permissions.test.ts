// What roles may do: exactly what the table of routes says, on exactly the resource, never by wildcard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { functions, type Route, type Trigger } from "../routes.ts";
import { configurations, Synthesized } from "./synthesized.ts";

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** What a role may do, one line for every action and resource. */
function granted(deployed: Synthesized, binary: string): string[] {
  const made = deployed.all("AWS::Lambda::Function").find(([, { Properties }]) => Properties.FunctionName.endsWith(`-${binary}`));
  const roleId = made?.[1].Properties.Role["Fn::GetAtt"][0];
  return deployed
    .all("AWS::IAM::Policy")
    .filter(([, { Properties }]) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === roleId))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[])
    .flatMap(({ Action, Resource, Condition }) => {
      const through = listOf(Condition?.StringEquals?.["kms:ViaService"] ?? []).map(
        (name) => ` through ${deployed.text(name).split(".")[0]}`,
      );
      return listOf(Action).flatMap((action) => listOf(Resource).map((on) => `${action} on ${deployed.text(on)}${through.join("")}`));
    })
    .sort();
}

/** All topics of a deployment. */
const topicsOf = (prefix: string) => `arn:AWS::Partition:sns:AWS::Region:AWS::AccountId:${prefix}-*`;

/** What the table of routes allows, in the same words. */
function allowed(entry: Route | Trigger, prefix: string): string[] {
  const logGroup = `/aws/lambda/${prefix}-${entry.binary}`;
  const stream = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];
  return [
    `logs:CreateLogStream on ${logGroup}.Arn`,
    `logs:PutLogEvents on ${logGroup}.Arn`,
    ...(entry.table ?? []).map((action) => `dynamodb:${action} on AWS::DynamoDB::Table.Arn`),
    ...(entry.index ?? []).map((action) => `dynamodb:${action} on AWS::DynamoDB::Table.Arn/index/lists`),
    ...(entry.cursorSecret ? ["secretsmanager:GetSecretValue on AWS::SecretsManager::Secret.Id"] : []),
    ...(entry.topics ?? []).map((action) => `sns:${action} on ${action === "Unsubscribe" ? "*" : topicsOf(prefix)}`),
    ...(entry.failureQueue ? ["sqs:SendMessage on AWS::SQS::Queue.Arn"] : []),
    ...(entry.bucket ?? []).map(({ action, prefix }) => `s3:${action} on AWS::S3::Bucket.Arn/${prefix}/*`),
    ...("source" in entry && entry.source === "table-stream"
      ? stream.map((action) => `dynamodb:${action} on AWS::DynamoDB::Table.StreamArn`)
      : []),
  ].sort();
}

const staging = new Synthesized(configurations.test);
const production = new Synthesized(configurations.production);

for (const entry of functions) {
  test(`${entry.binary} may do what the table of routes says`, () => {
    assert.deepEqual(granted(staging, entry.binary), allowed(entry, "portal-messaging-test"));
    const withoutKey = granted(production, entry.binary).filter((line) => !line.startsWith("kms:"));
    // Only production traces, and X-Ray knows no resources.
    const traces = ["xray:PutTelemetryRecords on *", "xray:PutTraceSegments on *"];
    assert.deepEqual(withoutKey, [...allowed(entry, "portal-messaging-live"), ...traces].sort());
  });
}

test("the key is used only through the services a function touches", () => {
  const keyUse = (binary: string) => granted(production, binary).filter((line) => line.startsWith("kms:"));
  const use = (actions: string[], through: string) => actions.map((action) => `kms:${action} on AWS::KMS::Key.Arn through ${through}`);
  assert.deepEqual(keyUse("get-health"), []);
  assert.deepEqual(keyUse("get-me"), []);
  assert.deepEqual(keyUse("get-patient"), use(["Decrypt", "DescribeKey"], "dynamodb"));
  assert.deepEqual(keyUse("list-tasks"), use(["Decrypt", "DescribeKey"], "dynamodb through secretsmanager"));
  assert.deepEqual(keyUse("send-message"), use(["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"], "dynamodb"));
  assert.deepEqual(
    keyUse("project-changes"),
    use(["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"], "dynamodb through sqs through s3"),
  );
  assert.deepEqual(keyUse("get-attachment"), use(["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"], "dynamodb through s3"));
  assert.deepEqual(keyUse("notify"), use(["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"], "dynamodb through sqs through sns"));
});

for (const [name, deployed] of Object.entries({ test: staging, production })) {
  test(`no role has a managed policy, an action or a resource by wildcard (${name})`, () => {
    for (const [id, { Properties }] of deployed.all("AWS::IAM::Role")) {
      assert.deepEqual(Object.keys(Properties), ["AssumeRolePolicyDocument"], id);
    }
    assert.equal(deployed.all("AWS::IAM::ManagedPolicy").length, 0);
    for (const [id, { Properties }] of deployed.all("AWS::IAM::Policy")) {
      for (const { Effect, Action, Resource } of Properties.PolicyDocument.Statement as Statement[]) {
        assert.equal(Effect, "Allow", id);
        for (const action of listOf(Action)) assert.match(action, /^[a-z0-9]+:[A-Za-z]+$/, id);
        const wildcards = listOf(Resource)
          .map((on) => deployed.text(on))
          .filter((on) => on.includes("*"));
        // Objects are named by ids that do not exist yet, topics are made at run time: one prefix is as narrow as it
        // gets. SNS checks `Unsubscribe` against no resource, and X-Ray nothing at all.
        const known = listOf(Action).every((action) => action === "sns:Unsubscribe" || action.startsWith("xray:Put"))
          ? /^\*$/
          : /^AWS::S3::Bucket\.Arn\/(uploads|images)\/\*$|:sns:[^*]*:portal-messaging-(test|live)-\*$/;
        for (const on of wildcards) assert.match(on, known, id);
      }
    }
  });

  test(`policies of bucket and queue only deny (${name})`, () => {
    for (const policy of [deployed.resource("ImagesPolicy"), deployed.only("AWS::SQS::QueuePolicy")]) {
      const [statement, ...others] = policy.Properties.PolicyDocument.Statement as [Statement, ...Statement[]];
      assert.equal(others.length, 0);
      assert.equal(statement.Effect, "Deny");
      assert.deepEqual(statement.Condition, { Bool: { "aws:SecureTransport": "false" } });
    }
  });
}

test("the key's own policy names the account, as AWS advises, and the logs of this stage", () => {
  const [account, logs, alarms, ...others] = production.only("AWS::KMS::Key").Properties.KeyPolicy.Statement;
  assert.equal(others.length, 0);
  assert.equal(alarms.Principal.Service, "cloudwatch.amazonaws.com");
  assert.equal(production.text(alarms.Condition.StringEquals["aws:SourceAccount"]), "AWS::AccountId");
  assert.match(production.text(account.Principal.AWS), /:iam::AWS::AccountId:root$/);
  assert.equal(production.text(logs.Principal.Service), "logs.AWS::Region.amazonaws.com");
  for (const action of logs.Action) assert.doesNotMatch(action, /\*/);
  for (const arn of logs.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"])
    assert.match(production.text(arn), /portal-messaging-live/);
});
