// The table's stream as an event source: which records arrive, how they are retried, where the rest goes.
import { Duration } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type { StreamItem, StreamTrigger } from "../routes.ts";
import { allow, type FunctionParts } from "./functions.ts";

/** The records of each item that somebody may follow, by its sort key: an encounter's making changes nothing else. */
const RECORDS: Readonly<Record<StreamItem, Record<string, unknown>>> = {
  "conversation-head": changes(["INSERT", "MODIFY"], "HEAD"),
  encounter: changes(["MODIFY"], "ENC"),
  "new-entry": changes(["INSERT"], { prefix: "E#" }),
  "attachment-end": changes(["REMOVE"], { prefix: "ATT#" }),
};

/** Feeds the changes that a function follows to it. */
export function followTable(follower: lambda.Function, { follows }: StreamTrigger, { config, data }: FunctionParts): void {
  const streamArn = data.table.tableStreamArn;
  if (!streamArn || !follower.role) throw new Error("following the table takes its stream and the function's role");
  allow(follower.role, ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"], streamArn);
  follower.addEventSourceMapping("TableStream", {
    eventSourceArn: streamArn,
    startingPosition: lambda.StartingPosition.TRIM_HORIZON,
    filters: follows.map((item) => RECORDS[item]),
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(0),
    parallelizationFactor: config.streamParallelism,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    retryAttempts: 5,
    maxRecordAge: Duration.days(1),
    // Only the destination: the role is granted exactly sqs:SendMessage by the table of routes.
    onFailure: { bind: () => ({ destination: data.failureQueue.queueArn }) },
  });
}

function changes(events: string[], sortKey: string | { prefix: string }): Record<string, unknown> {
  return lambda.FilterCriteria.filter({
    eventName: events,
    dynamodb: { Keys: { sk: { S: [sortKey] } } },
  });
}
