// The one stack, as a table of contents: data, functions, the stream's trigger, the gateway, what others need to know.
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { routes, triggers } from "../routes.ts";
import type { Config } from "./config.ts";
import { Data } from "./data.ts";
import { Functions } from "./functions.ts";
import { HttpGateway } from "./http-api.ts";
import { followTable } from "./stream.ts";
import { acknowledgeFindings } from "./suppressions.ts";

export class MessagingStack extends Stack {
  constructor(scope: Construct, id: string, config: Config, props?: StackProps) {
    super(scope, id, { description: "Portal Messaging: conversations between patients and clinicians", ...props });

    const data = new Data(this, "Data", config);
    const functions = new Functions(this, "Functions", { config, data });
    for (const trigger of triggers) followTable(functions.of(trigger), { config, data });
    const gateway = new HttpGateway(this, "Gateway", { config, data, functions, routes });

    new CfnOutput(this, "ApiUrl", { value: gateway.url });
    new CfnOutput(this, "TableName", { value: data.table.tableName });
    new CfnOutput(this, "BucketName", { value: data.bucket.bucketName });
    new CfnOutput(this, "StreamFailureQueueUrl", { value: data.failureQueue.queueUrl });
    new CfnOutput(this, "CursorSecretArn", { value: data.cursorSecretArn });

    acknowledgeFindings({ config, data, functions, gateway });
  }
}
