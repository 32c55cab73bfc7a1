// The table's stream as an event source: which records arrive, how they are retried, where the rest goes.
import { Duration } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { allow, type FunctionParts } from "./functions.ts";

/** Sort keys of the items whose changes matter to others. */
const CONVERSATION_HEAD = "HEAD";
const ENCOUNTER = "ENC";
const ATTACHMENTS = { prefix: "ATT#" };

/** Feeds changes of conversation heads and encounters, and the end of attachments, to a function. */
export function followTable(follower: lambda.Function, { config, data }: FunctionParts): void {
  const streamArn = data.table.tableStreamArn;
  if (!streamArn || !follower.role) throw new Error("following the table takes its stream and the function's role");
  allow(follower.role, ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"], streamArn);
  follower.addEventSourceMapping("TableStream", {
    eventSourceArn: streamArn,
    startingPosition: lambda.StartingPosition.TRIM_HORIZON,
    filters: [changes(["INSERT", "MODIFY"], CONVERSATION_HEAD), changes(["MODIFY"], ENCOUNTER), changes(["REMOVE"], ATTACHMENTS)],
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
