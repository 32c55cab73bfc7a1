// Table, queue, bucket, secret, gateway: the settings that must not change unnoticed, and what production adds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { configurations, Synthesized } from "./synthesized.ts";

const laptop = new Synthesized(configurations.laptop);
const staging = new Synthesized(configurations.test);
const rest = new Synthesized(configurations.rest);
const production = new Synthesized(configurations.production);

/** The types of resources that store data or logs, and the property that names their key. */
const KEPT = {
  "AWS::DynamoDB::Table": ["SSESpecification", "KMSMasterKeyId"],
  "AWS::S3::Bucket": ["BucketEncryption", "ServerSideEncryptionConfiguration", "0", "ServerSideEncryptionByDefault", "KMSMasterKeyID"],
  "AWS::SQS::Queue": ["KmsMasterKeyId"],
  "AWS::SecretsManager::Secret": ["KmsKeyId"],
  "AWS::Logs::LogGroup": ["KmsKeyId"],
};

test("the table has its keys, its index, its stream, expiry and point-in-time recovery", () => {
  const { Properties } = staging.only("AWS::DynamoDB::Table");
  const key = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: "HASH" },
    { AttributeName: range, KeyType: "RANGE" },
  ];
  assert.deepEqual(Properties.KeySchema, key("pk", "sk"));
  assert.deepEqual(Properties.GlobalSecondaryIndexes, [
    { IndexName: "lists", KeySchema: key("lpk", "lsk"), Projection: { ProjectionType: "ALL" } },
  ]);
  assert.equal(Properties.BillingMode, "PAY_PER_REQUEST");
  assert.deepEqual(Properties.StreamSpecification, { StreamViewType: "NEW_AND_OLD_IMAGES" });
  assert.deepEqual(Properties.TimeToLiveSpecification, { AttributeName: "expiresAt", Enabled: true });
  assert.deepEqual(Properties.PointInTimeRecoverySpecification, { PointInTimeRecoveryEnabled: true });
});

test("failures are kept for 14 days", () => {
  assert.equal(staging.only("AWS::SQS::Queue").Properties.MessageRetentionPeriod, 14 * 86_400);
});

test("images are private", () => {
  const { Properties } = staging.images;
  assert.deepEqual(new Set(Object.values(Properties.PublicAccessBlockConfiguration)), new Set([true]));
  assert.equal(Properties.VersioningConfiguration, undefined);
});

test("only the pages of the two applications may load and upload images", () => {
  const [rule, ...others] = production.images.Properties.CorsConfiguration.CorsRules;
  assert.equal(others.length, 0);
  assert.deepEqual(rule, {
    AllowedOrigins: ["https://portal.example.org", "https://clinic.example.org"],
    AllowedMethods: ["GET", "HEAD", "PUT"],
    AllowedHeaders: ["content-type", "x-amz-checksum-sha256"],
    MaxAge: 3600,
  });
});

test("the pages of any CloudFront domain may use presigned URLs where the applications have no domain of their own", () => {
  assert.deepEqual(staging.images.Properties.CorsConfiguration.CorsRules[0].AllowedOrigins, ["https://*.cloudfront.net"]);
});

test("an upload calls its inspection, and expires after a day", () => {
  const { NotificationConfiguration, LifecycleConfiguration } = staging.images.Properties;
  const [{ Event, Filter, Function: target }, ...others] = NotificationConfiguration.LambdaConfigurations;
  assert.equal(others.length, 0);
  assert.equal(Event, "s3:ObjectCreated:*");
  assert.deepEqual(Filter, { S3Key: { Rules: [{ Name: "prefix", Value: "uploads/" }] } });
  assert.equal(staging.text(target), "portal-messaging-test-inspect-attachment.Arn");
  assert.deepEqual(
    LifecycleConfiguration.Rules.map(({ Prefix, ExpirationInDays }: Record<string, unknown>) => [Prefix, ExpirationInDays]),
    [
      [undefined, undefined],
      ["uploads/", 1],
    ],
  );
});

test("S3 may call the inspection for this stack's buckets only, and failures go to the queue", () => {
  const permissions = staging.all("AWS::Lambda::Permission").filter(([, { Properties }]) => Properties.Principal === "s3.amazonaws.com");
  const [[, permission], ...others] = permissions as [(typeof permissions)[0]];
  assert.equal(others.length, 0);
  assert.equal(staging.text(permission.Properties.FunctionName), "portal-messaging-test-inspect-attachment.Arn");
  assert.equal(staging.text(permission.Properties.SourceArn), "arn:AWS::Partition:s3:::portal-messaging-test-*");
  assert.equal(staging.text(permission.Properties.SourceAccount), "AWS::AccountId");
  const { DestinationConfig, MaximumRetryAttempts } = staging.only("AWS::Lambda::EventInvokeConfig").Properties;
  assert.equal(staging.text(DestinationConfig.OnFailure.Destination), "AWS::SQS::Queue.Arn");
  assert.equal(MaximumRetryAttempts, 2);
  assert.equal(staging.lambda("inspect-attachment").Properties.MemorySize, 1536);
});

test("the gateway checks the issuer's tokens, and allows other origins only where CloudFront does not serve the pages", () => {
  const { JwtConfiguration } = staging.only("AWS::ApiGatewayV2::Authorizer").Properties;
  assert.deepEqual(JwtConfiguration, { Issuer: "https://id.example.org", Audience: ["portal-messaging-api"] });
  assert.equal(staging.only("AWS::ApiGatewayV2::Api").Properties.CorsConfiguration, undefined, "the API is of the pages' own origin");
  const { CorsConfiguration } = laptop.only("AWS::ApiGatewayV2::Api").Properties;
  assert.deepEqual(CorsConfiguration.AllowOrigins, ["https://portal.example.org", "https://clinic.example.org"]);
  assert.equal(CorsConfiguration.AllowCredentials, undefined);
});

test("the access log holds the route, never the path, the query or the address, on either gateway", () => {
  const check = (format: string, route: string) => {
    const fields: string[] = Object.values(JSON.parse(format));
    assert.ok(fields.includes(route), format);
    for (const field of fields) assert.doesNotMatch(field, /\.path|query|sourceIp|userAgent|claims|header/i);
  };
  const http = staging.only("AWS::ApiGatewayV2::Stage").Properties;
  check(http.AccessLogSettings.Format, "$context.routeKey");
  assert.equal(http.StageName, "$default");
  const restStage = rest.only("AWS::ApiGateway::Stage").Properties;
  check(restStage.AccessLogSetting.Format, "$context.httpMethod $context.resourcePath");
  for (const settings of [http.DefaultRouteSettings, restStage.MethodSettings[0]]) {
    assert.deepEqual([settings.ThrottlingRateLimit, settings.ThrottlingBurstLimit], [500, 1000]);
  }
  assert.equal(restStage.MethodSettings[0].LoggingLevel, "OFF", "the execution log would hold paths and queries");
  assert.equal(restStage.MethodSettings[0].DataTraceEnabled, false);
});

test("what a REST API refuses by itself is a problem document too", () => {
  for (const [id, { Properties }] of rest.all("AWS::ApiGateway::GatewayResponse")) {
    const problem = JSON.parse(Properties.ResponseTemplates["application/json"]);
    assert.equal(String(problem.status), Properties.StatusCode, id);
    assert.equal(problem.type, `urn:portal-messaging:problem:${problem.code}`);
    assert.equal(Properties.ResponseParameters["gatewayresponse.header.content-type"], "'application/problem+json'");
  }
});

test("the outputs keep their names", () => {
  const outputs = (deployed: Synthesized) => Object.keys(deployed.template.toJSON().Outputs);
  const always = ["ApiUrl", "TableName", "BucketName", "StreamFailureQueueUrl", "CursorSecretArn", "Issuer"];
  assert.deepEqual(outputs(laptop), always);
  const ofPages = (app: string) => ["Url", "Domain", "DistributionId", "Config"].map((name) => `${app}${name}`);
  assert.deepEqual(outputs(staging), [...always, "PagesBucketName", ...ofPages("Portal"), ...ofPages("Clinic")]);
});

test("production: one rotating customer-managed key for everything, and data is kept when the stack is deleted", () => {
  assert.equal(production.only("AWS::KMS::Key").Properties.EnableKeyRotation, true);
  for (const [type, path] of Object.entries(KEPT)) {
    for (const [id, { Properties, DeletionPolicy }] of production.all(type)) {
      // Built pages are public, and no data.
      if (id.startsWith("PagesFiles")) continue;
      const key: unknown = path.reduce((value, name) => value[name], Properties);
      assert.equal(production.text(key), "AWS::KMS::Key.Arn", id);
      assert.equal(DeletionPolicy, "Retain", id);
    }
  }
  assert.equal(production.only("AWS::DynamoDB::Table").Properties.DeletionProtectionEnabled, true);
  assert.equal(production.stack.terminationProtection, true);
});

test("outside production: no customer-managed key, and everything is deleted with the stack", () => {
  for (const deployed of [laptop, staging]) {
    assert.equal(deployed.all("AWS::KMS::Key").length, 0);
    for (const type of Object.keys(KEPT)) {
      for (const [id, { DeletionPolicy }] of deployed.all(type)) assert.equal(DeletionPolicy, "Delete", id);
    }
    assert.equal(deployed.only("AWS::DynamoDB::Table").Properties.DeletionProtectionEnabled, false);
    assert.equal(deployed.stack.terminationProtection, false);
  }
});

test("plain HTTP is accepted only on a laptop's emulator without TLS", () => {
  assert.equal(laptop.all("AWS::S3::BucketPolicy").length + laptop.all("AWS::SQS::QueuePolicy").length, 0);
  assert.equal(staging.all("AWS::S3::BucketPolicy").length + staging.all("AWS::SQS::QueuePolicy").length, 3);
});

test("there are no custom resources, which would add helper functions", () => {
  for (const deployed of [laptop, staging, production]) {
    for (const [id, { Type }] of Object.entries(deployed.resources)) assert.doesNotMatch(Type, /^Custom::|CustomResource/, id);
  }
});
