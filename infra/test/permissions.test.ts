// What the roles of functions may do: one line per function, action and resource in `snapshots/permissions.txt`, which a reviewer reads,
// and what only some may ever do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { functions, routes, streamConsumers, triggers } from "../routes.ts";
import { assertSnapshot } from "./snapshots.ts";
import { configurations, Synthesized } from "./synthesized.ts";

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

const staging = new Synthesized(configurations.test);
const production = new Synthesized(configurations.production);

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** What the role of a function may do: an action and a resource each, and for the key the services it is used through. */
function granted(deployed: Synthesized, name: string): string[] {
  const roleId = deployed.lambda(name).Properties.Role["Fn::GetAtt"][0];
  return deployed
    .all("AWS::IAM::Policy")
    .filter(([, { Properties }]) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === roleId))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[])
    .flatMap(({ Action, Resource, Condition }) => {
      const services = listOf(Condition?.StringEquals?.["kms:ViaService"] ?? []).map((service) => deployed.text(service).split(".")[0]);
      const through = services.length > 0 ? ` through ${services.join(", ")}` : "";
      return listOf(Action).flatMap((action) => listOf(Resource).map((on) => `${action} ${deployed.textByName(on)}${through}`));
    })
    .sort();
}

/** What the role of every function may do: write its own log, and in production its traces, for which X-Ray knows no resources. */
function grantedToAll({ stack }: Synthesized, name: string): string[] {
  const logGroup = `/aws/lambda/${stack.stackName}-${name}.Arn`;
  const traces = ["xray:PutTelemetryRecords *", "xray:PutTraceSegments *"];
  return [`logs:CreateLogStream ${logGroup}`, `logs:PutLogEvents ${logGroup}`, ...(stack.config.production ? traces : [])];
}

/** What the role of a function may do beyond that. */
const grantedTo = (deployed: Synthesized, name: string): string[] =>
  granted(deployed, name).filter((line) => !grantedToAll(deployed, name).includes(line));

const namesOf = (some: readonly { readonly name: string }[]): string[] => some.map(({ name }) => name);

const TOPICS = "arn:AWS::Partition:sns:AWS::Region:AWS::AccountId:portal-messaging-live-*";

/** Reads and writes that any function may need. */
const EVERYDAY = [
  "dynamodb:GetItem DataTable.Arn",
  "dynamodb:Query DataTable.Arn",
  "dynamodb:PutItem DataTable.Arn",
  "dynamodb:Query DataTable.Arn/index/lists",
  "secretsmanager:GetSecretValue DataCursorSecret.Id",
];

/** Everything else, and the only functions that may do it. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  "dynamodb:DeleteItem DataTable.Arn": ["delete-questionnaire", "put-notifications", "put-patient"],
  "s3:PutObject DataImages.Arn/uploads/*": ["create-attachment"],
  "s3:GetObject DataImages.Arn/uploads/*": ["inspect-attachment"],
  "s3:DeleteObject DataImages.Arn/uploads/*": ["inspect-attachment"],
  "s3:PutObject DataImages.Arn/images/*": ["inspect-attachment"],
  "s3:GetObject DataImages.Arn/images/*": ["get-attachment"],
  "s3:DeleteObject DataImages.Arn/images/*": ["inspect-attachment", "project-changes"],
  [`sns:Publish ${TOPICS}`]: ["notify"],
  [`sns:CreateTopic ${TOPICS}`]: ["put-notifications"],
  [`sns:DeleteTopic ${TOPICS}`]: ["put-notifications"],
  [`sns:Subscribe ${TOPICS}`]: ["put-notifications"],
  "sns:Unsubscribe *": ["put-notifications"],
  [`sns:ListSubscriptionsByTopic ${TOPICS}`]: ["get-notifications", "put-notifications"],
  "sqs:SendMessage DataStreamFailures.Arn": namesOf([...streamConsumers, ...triggers.filter(({ source }) => source === "image-upload")]),
  ...Object.fromEntries(
    ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"].map((action) => [
      `dynamodb:${action} DataTable.StreamArn`,
      namesOf(streamConsumers),
    ]),
  ),
};

test("what every function may do in production is what the snapshot says", () => {
  const lines = namesOf(functions).flatMap((name) => {
    const found = grantedTo(production, name);
    return found.length > 0 ? found.map((line) => `${name} ${line}`) : [`${name} nothing`];
  });
  assertSnapshot("permissions", lines.sort());
});

test("outside production a function may do the same, without key and traces", () => {
  for (const name of namesOf(functions)) {
    const expected = grantedTo(production, name).filter((line) => !line.startsWith("kms:"));
    const found = grantedTo(staging, name).map((line) => line.replace(":portal-messaging-test-", ":portal-messaging-live-"));
    assert.deepEqual(found, expected, name);
  }
});

test("every function may write its own log and its traces", () => {
  for (const deployed of [staging, production]) {
    for (const name of namesOf(functions)) {
      const found = granted(deployed, name);
      for (const line of grantedToAll(deployed, name)) assert.ok(found.includes(line), `${name} ${line}`);
    }
  }
});

test("public functions and the one that adds claims may do nothing else", () => {
  for (const name of [...namesOf(routes.filter((route) => route.public)), "add-claims"]) {
    for (const deployed of [staging, production]) assert.deepEqual(granted(deployed, name), grantedToAll(deployed, name).sort(), name);
  }
});

for (const [line, names] of Object.entries(ONLY)) {
  test(`only ${names.join(", ")} may ${line}`, () => {
    const found = namesOf(functions).filter((name) => grantedTo(production, name).includes(line));
    assert.deepEqual(found.sort(), [...names].sort());
  });
}

test("no function may do anything else, such as scan the table or read the key of CloudFront", () => {
  const known = [...EVERYDAY, ...Object.keys(ONLY)];
  for (const name of namesOf(functions)) {
    const others = grantedTo(production, name).filter((line) => !known.includes(line) && !line.startsWith("kms:"));
    assert.deepEqual(others, [], name);
  }
});

test("the key is used only through the services that a function uses", () => {
  const keyUse = (name: string) => grantedTo(production, name).filter((line) => line.startsWith("kms:"));
  const use = (actions: string[], services: string) => actions.map((action) => `kms:${action} DataKey.Arn through ${services}`);
  const reading = ["Decrypt", "DescribeKey"];
  const writing = [...reading, "Encrypt", "GenerateDataKey"];
  assert.deepEqual(keyUse("get-health"), []);
  assert.deepEqual(keyUse("get-me"), []);
  assert.deepEqual(keyUse("get-patient"), use(reading, "dynamodb"));
  assert.deepEqual(keyUse("list-tasks"), use(reading, "dynamodb, secretsmanager"));
  assert.deepEqual(keyUse("send-message"), use(writing, "dynamodb"));
  assert.deepEqual(keyUse("project-changes"), use(writing, "dynamodb, sqs, s3"));
  assert.deepEqual(keyUse("get-attachment"), use(writing, "dynamodb, s3"));
  assert.deepEqual(keyUse("notify"), use(writing, "dynamodb, sqs, sns"));
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
        // Objects are named by ids that do not exist yet, topics are created at run time: one prefix is as narrow as it
        // gets. SNS checks `Unsubscribe` against no resource, and X-Ray none of its actions.
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
