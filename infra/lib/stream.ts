// The table's stream as an event source: which records are delivered, how often they are retried, where failures go.
import { Duration } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { allow, type FunctionParts } from "./functions.ts";
import type { StreamConsumer } from "./join.ts";

/** Delivers the records that match the consumer's filters to its function. */
export function consumeStream(consumer: lambda.Function, { filters }: StreamConsumer, { config, data }: FunctionParts): void {
  const streamArn = data.table.tableStreamArn;
  if (!streamArn || !consumer.role) throw new Error("a stream consumer needs the table's stream and a role");
  allow(consumer.role, ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"], streamArn);
  consumer.addEventSourceMapping("TableStream", {
    eventSourceArn: streamArn,
    startingPosition: lambda.StartingPosition.TRIM_HORIZON,
    filters: filters.map((filter) => lambda.FilterCriteria.filter(filter)),
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(0),
    parallelizationFactor: config.streamParallelism,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    retryAttempts: 5,
    maxRecordAge: Duration.days(1),
    // A destination without a grant of its own: `routes.ts` permits exactly sqs:SendMessage.
    onFailure: { bind: () => ({ destination: data.failureQueue.queueArn }) },
  });
}
