// The bucket's uploads as an event source: each calls the function that inspects images; failures go to the failure queue.
import { Duration, Stack } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type * as s3 from "aws-cdk-lib/aws-s3";
import type { FunctionParts } from "./functions.ts";

/** Calls a function for every object that is created under `uploads/`. */
export function invokeOnUpload(inspection: lambda.Function, { data }: FunctionParts): void {
  const { account, partition, stackName } = Stack.of(inspection);
  const permission = new lambda.CfnPermission(inspection, "Uploads", {
    action: "lambda:InvokeFunction",
    functionName: inspection.functionArn,
    principal: "s3.amazonaws.com",
    sourceAccount: account,
    // The bucket's own ARN would be a circle: S3 needs the permission before the bucket may notify.
    sourceArn: `arn:${partition}:s3:::${stackName}-*`,
  });
  const bucket = data.bucket.node.defaultChild as s3.CfnBucket;
  // Set on the bucket itself: the construct would add a helper function.
  bucket.notificationConfiguration = {
    lambdaConfigurations: [
      {
        event: "s3:ObjectCreated:*",
        filter: { s3Key: { rules: [{ name: "prefix", value: "uploads/" }] } },
        function: inspection.functionArn,
      },
    ],
  };
  bucket.addResourceDependency(permission);
  // A destination without a grant of its own: `routes.ts` permits exactly sqs:SendMessage.
  new lambda.CfnEventInvokeConfig(inspection, "OnFailure", {
    functionName: inspection.functionName,
    qualifier: "$LATEST",
    maximumRetryAttempts: 2,
    maximumEventAgeInSeconds: Duration.hours(6).toSeconds(),
    destinationConfig: { onFailure: { destination: data.failureQueue.queueArn } },
  });
}
