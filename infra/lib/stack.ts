// The one stack, as a table of contents: data, functions, their triggers, the gateway, what others need to know.
import { CfnOutput, CliCredentialsStackSynthesizer, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { routes, triggers } from "../routes.ts";
import type { Config } from "./config.ts";
import { Data } from "./data.ts";
import { Functions } from "./functions.ts";
import { HttpGateway } from "./http-api.ts";
import { followTable } from "./stream.ts";
import { followUploads } from "./uploads.ts";

/** Portal Messaging as deployed: the stack `portal-messaging-<stage>`. */
export class MessagingStack extends Stack {
  readonly config: Config;
  readonly data: Data;
  readonly functions: Functions;
  readonly gateway: HttpGateway;

  constructor(scope: Construct, config: Config) {
    super(scope, `portal-messaging-${config.stage}`, {
      description: "Portal Messaging: conversations between patients and clinicians",
      terminationProtection: config.production,
      // Deploys with the caller's own credentials: no bootstrap roles to assume, on AWS as on an emulator.
      synthesizer: new CliCredentialsStackSynthesizer(),
    });

    this.config = config;
    this.data = new Data(this, "Data", config);
    this.functions = new Functions(this, "Functions", this);
    for (const trigger of triggers) {
      if (trigger.source === "table-stream") followTable(this.functions.of(trigger), trigger, this);
      else followUploads(this.functions.of(trigger), this);
    }
    this.gateway = new HttpGateway(this, "Gateway", routes, this);

    new CfnOutput(this, "ApiUrl", { value: this.gateway.url });
    new CfnOutput(this, "TableName", { value: this.data.table.tableName });
    new CfnOutput(this, "BucketName", { value: this.data.bucket.bucketName });
    new CfnOutput(this, "StreamFailureQueueUrl", { value: this.data.failureQueue.queueUrl });
    new CfnOutput(this, "CursorSecretArn", { value: this.data.cursorSecretArn });
  }
}
