// The bucket's uploads as an event source: each calls the inspection, what keeps failing goes to the failure queue.
import { Duration, Stack } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type * as s3 from "aws-cdk-lib/aws-s3";
import type { FunctionParts } from "./functions.ts";

/** Feeds what arrives under `uploads/` to a function. */
export function followUploads(follower: lambda.Function, { data }: FunctionParts): void {
  const { account, partition, stackName } = Stack.of(follower);
  const mayCall = new lambda.CfnPermission(follower, "Uploads", {
    action: "lambda:InvokeFunction",
    functionName: follower.functionArn,
    principal: "s3.amazonaws.com",
    sourceAccount: account,
    // The bucket's own ARN would be a circle: S3 wants the permission before the bucket notifies anyone.
    sourceArn: `arn:${partition}:s3:::${stackName}-*`,
  });
  const bucket = data.bucket.node.defaultChild as s3.CfnBucket;
  // Set on the bucket itself: the construct's own way brings a helper function.
  bucket.notificationConfiguration = {
    lambdaConfigurations: [
      {
        event: "s3:ObjectCreated:*",
        filter: { s3Key: { rules: [{ name: "prefix", value: "uploads/" }] } },
        function: follower.functionArn,
      },
    ],
  };
  bucket.addResourceDependency(mayCall);
  // Only the destination: the role is granted exactly sqs:SendMessage by the table of routes.
  new lambda.CfnEventInvokeConfig(follower, "OnFailure", {
    functionName: follower.functionName,
    qualifier: "$LATEST",
    maximumRetryAttempts: 2,
    maximumEventAgeInSeconds: Duration.hours(6).toSeconds(),
    destinationConfig: { onFailure: { destination: data.failureQueue.queueArn } },
  });
}
