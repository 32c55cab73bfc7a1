// The one stack, as a table of contents: data, functions, their event sources, the gateway, the pages, the outputs.
import { CfnOutput, CliCredentialsStackSynthesizer, Lazy, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { routes, streamConsumers, triggers } from "../routes.ts";
import { Alarms } from "./alarms.ts";
import { type App, APPS } from "./apps.ts";
import type { Config } from "./config.ts";
import { Data } from "./data.ts";
import { EdgeStack } from "./edge-stack.ts";
import { Functions } from "./functions.ts";
import type { Gateway } from "./gateway.ts";
import { HttpGateway } from "./http-api.ts";
import { appConfig, Pages } from "./pages.ts";
import { RestGateway } from "./rest-api.ts";
import { existingIssuer, type SignIn, Users } from "./sign-in.ts";
import { consumeStream } from "./stream.ts";
import { invokeOnUpload } from "./uploads.ts";

/** Portal Messaging as deployed: the stack `portal-messaging-<stage>`. */
export class MessagingStack extends Stack {
  readonly config: Config;
  readonly data: Data;
  readonly functions: Functions;
  readonly signIn: SignIn;
  readonly gateway: Gateway;
  /** Undefined where CloudFront does not serve them. */
  readonly pages: Pages | undefined;
  /** In production only. */
  readonly alarms: Alarms | undefined;
  /** The firewall in front of the pages and the API, in production only. */
  readonly edge: EdgeStack | undefined;

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
    this.signIn =
      config.issuer === "" ? new Users(this, "Users", config, this.functions.named("add-claims"), this.origin) : existingIssuer(config);
    for (const consumer of streamConsumers) consumeStream(this.functions.named(consumer.name), consumer, this);
    for (const { name, source } of triggers) if (source === "image-upload") invokeOnUpload(this.functions.named(name), this);
    this.gateway = new (config.gateway === "rest" ? RestGateway : HttpGateway)(this, "Gateway", routes, this);
    this.pages = config.pages === "cloudfront" ? new Pages(this, "Pages", this) : undefined;
    this.edge = config.production && this.pages ? new EdgeStack(scope, config) : undefined;
    if (this.edge) this.addStackDependency(this.edge, "its firewall");

    this.alarms = config.production ? new Alarms(this, "Alarms", this) : undefined;

    new CfnOutput(this, "ApiUrl", { value: this.gateway.url });
    new CfnOutput(this, "TableName", { value: this.data.table.tableName });
    new CfnOutput(this, "BucketName", { value: this.data.bucket.bucketName });
    new CfnOutput(this, "StreamFailureQueueUrl", { value: this.data.failureQueue.queueUrl });
    new CfnOutput(this, "CursorSecretArn", { value: this.data.cursorSecretArn });
    new CfnOutput(this, "Issuer", { value: this.signIn.issuer });
    if (this.signIn instanceof Users) new CfnOutput(this, "UserPoolId", { value: this.signIn.pool.userPoolId });
    if (this.pages) this.addOutputsOf(this.pages);
  }

  /** The origin of an application, resolved late. A field, because functions are created with it before there are pages. */
  readonly origin = (app: App): string => Lazy.string({ produce: () => Pages.origin(this.config, app, this.pages) });

  /** The issuer of tokens and its clients, resolved late: the stack's own pool calls one of the functions. */
  readonly issuer = Lazy.string({ produce: () => this.signIn.issuer });
  readonly clientIds = Lazy.string({ produce: () => this.signIn.clientIds.join(",") });

  /** What `cargo xtask deploy` needs to upload the pages, and the addresses of both applications. */
  private addOutputsOf({ bucket, distributions }: Pages): void {
    new CfnOutput(this, "PagesBucketName", { value: bucket.bucketName });
    for (const app of APPS) {
      const name = app === "portal" ? "Portal" : "Clinic";
      new CfnOutput(this, `${name}Url`, { value: this.origin(app) });
      new CfnOutput(this, `${name}Domain`, { value: distributions[app].distributionDomainName });
      new CfnOutput(this, `${name}DistributionId`, { value: distributions[app].distributionId });
      new CfnOutput(this, `${name}Config`, { value: appConfig(this.config, this.signIn, app) });
    }
  }
}
