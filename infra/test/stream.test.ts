// The table's stream: which changes are delivered to which function, by the filters that are deployed.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { declared } from "../lib/declared.ts";
import { streamConsumers } from "../routes.ts";
import { matches, type Pattern } from "./filter-patterns.ts";
import { assertSnapshot } from "./snapshots.ts";
import { configurations, type Resource, Synthesized } from "./synthesized.ts";

const staging = new Synthesized(configurations.test);

/** What is deployed between the stream and a function. */
function mappingOf(consumer: string): Resource["Properties"] {
  const deployed = staging.lambda(consumer);
  const found = staging
    .all("AWS::Lambda::EventSourceMapping")
    .filter(([, { Properties }]) => staging.resources[Properties.FunctionName.Ref] === deployed);
  assert.equal(found.length, 1, consumer);
  return (found[0] as [string, Resource])[1].Properties;
}

const patternsOf = (consumer: string): Pattern[] =>
  mappingOf(consumer).FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern));

/** Whether Lambda delivers a record to a function. */
const isDelivered = (consumer: string, record: unknown): boolean => patternsOf(consumer).some((pattern) => matches(pattern, record));

const ID = "01900000-0000-7000-8000-0000000000c1";

/** An example of the keys of every kind of item (shared/src/store/schema.rs). */
const ITEMS = {
  conversation: [`CONV#${ID}`, "HEAD"],
  entry: [`CONV#${ID}`, "E#0000000001"],
  "task slot": [`CONV#${ID}`, "HEAD#TASK"],
  attachment: [`CONV#${ID}`, `ATT#${ID}`],
  "notification watermark of a person": [`CONV#${ID}`, "NOTICE#P#patient-a"],
  "notification watermark of the pool": [`CONV#${ID}`, "NOTICE#POOL"],
  encounter: [`ENC#${ID}`, "ENC"],
  "order or document": [`ENC#${ID}`, `C#${ID}`],
  task: [`TASK#${ID}`, "TASK"],
  "read cursor": ["R#AZAAAAAAcACAAAAAAAAACg#patient-a", "AZAAAAAAcACAAAAAAAAAwQ"],
  patient: [`PATIENT#${ID}`, "PATIENT"],
  "search digest": ["DIGEST#AZAAAAAAcACAAAAAAAAACg", "AZAAAAAAcACAAAAAAAAAwQ#0"],
  "search term": ["TERM#an", `ana#${ID}`],
  settings: ["CONFIG", "SETTINGS"],
  "catalogue of questionnaires": ["CONFIG", "Q"],
  questionnaire: ["CONFIG", "Q#result"],
  "version of a questionnaire": ["FORM#result", "3"],
  "audit event": [`ACCESS#${ID}`, ID],
  "message id": [`ACCESS#${ID}`, `${ID}#${ID}`],
  "idempotency key": ["IDEM#patient-a", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"],
  "contact preferences of a patient": [`CONTACTS#${ID}`, "patient-a"],
  "contact preferences of a clinician": ["CONTACT#clinician-a", "CONTACT"],
  "contact of a pool": ["POOL#default", "clinician-a"],
} as const;

/** The changes that are delivered to a function, such as `INSERT entry`. */
function delivered(consumer: string): string[] {
  const { partitionKey, sortKey } = declared.table;
  return Object.entries(ITEMS).flatMap(([item, [partition, place]]) =>
    ["INSERT", "MODIFY", "REMOVE"]
      .filter((eventName) => {
        const Keys = { [partitionKey]: { S: partition }, [sortKey]: { S: place } };
        return isDelivered(consumer, { eventSource: "aws:dynamodb", eventName, dynamodb: { Keys } });
      })
      .map((eventName) => `${eventName} ${item}`),
  );
}

test("the changes that each function receives are those of the snapshot", () => {
  const lines = streamConsumers.flatMap(({ name }) => delivered(name).map((change) => `${name} ${change}`));
  assertSnapshot("stream", lines.sort());
});

test("no function receives what is written most, nor what stream consumers write themselves", () => {
  const frequent = ["read cursor", "audit event", "message id", "idempotency key"];
  const ownWrites = ["search digest", "task", "task slot", "notification watermark of a person", "notification watermark of the pool"];
  const unwanted = [...frequent, ...ownWrites];
  for (const item of unwanted) assert.ok(item in ITEMS, item);
  for (const { name } of streamConsumers) {
    const found = delivered(name).filter((change) => unwanted.some((item) => change.endsWith(` ${item}`)));
    assert.deepEqual(found, [], name);
  }
});

for (const { name } of streamConsumers) {
  test(`every record of the sample events of ${name} is delivered to it`, () => {
    const folder = join(import.meta.dirname, "../../events", name);
    const files = readdirSync(folder);
    assert.ok(files.length > 0, folder);
    for (const file of files) {
      const { Records } = JSON.parse(readFileSync(join(folder, file), "utf8"));
      assert.ok(Records.length > 0, file);
      for (const record of Records) assert.ok(isDelivered(name, record), `${file}: ${JSON.stringify(record.dynamodb.Keys)}`);
    }
  });

  test(`records for ${name} are retried, and go to the failure queue in the end`, () => {
    const { FilterCriteria, EventSourceArn, FunctionName, DestinationConfig, ...settings } = mappingOf(name);
    assert.ok(FilterCriteria.Filters.length <= 5, "Lambda's quota");
    assert.ok(FunctionName.Ref);
    assert.equal(staging.text(EventSourceArn), "AWS::DynamoDB::Table.StreamArn");
    assert.equal(staging.text(DestinationConfig.OnFailure.Destination), "AWS::SQS::Queue.Arn");
    assert.deepEqual(settings, {
      StartingPosition: "TRIM_HORIZON",
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 0,
      ParallelizationFactor: 1,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 5,
      MaximumRecordAgeInSeconds: 86_400,
    });
  });
}

test("nothing but the stream consumers reads the stream, of which DynamoDB supports two", () => {
  assert.equal(staging.all("AWS::Lambda::EventSourceMapping").length, streamConsumers.length);
  assert.ok(streamConsumers.length <= 2);
});

test("patterns are matched as Lambda does", () => {
  const pattern = { eventName: ["INSERT", "MODIFY"], dynamodb: { Keys: { place: { S: ["HEAD", { prefix: "E#" }] } } } };
  const record = (eventName: string, place: string) => ({ eventName, dynamodb: { Keys: { place: { S: place } } } });
  for (const place of ["HEAD", "E#", "E#1"]) assert.ok(matches(pattern, record("MODIFY", place)), place);
  for (const place of ["HEAD#TASK", "E", "xE#1", ""]) assert.ok(!matches(pattern, record("INSERT", place)), place);
  assert.ok(!matches(pattern, record("REMOVE", "HEAD")));
  assert.ok(!matches(pattern, { eventName: "INSERT", dynamodb: {} }));
  assert.throws(() => matches({ eventName: [{ suffix: "T" }] } as unknown as Pattern, record("INSERT", "HEAD")), /filter rule/);
});
