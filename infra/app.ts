// The CDK application: reads the parameters, makes the one stack.
import { App, CliCredentialsStackSynthesizer } from "aws-cdk-lib";
import { readConfig } from "./lib/config.ts";
import { MessagingStack } from "./lib/stack.ts";

const app = new App();
const config = readConfig((name) => app.node.tryGetContext(name));
new MessagingStack(app, `portal-messaging-${config.stage}`, config, {
  // Deploys with the caller's own credentials: no bootstrap roles to assume, on AWS as on an emulator.
  synthesizer: new CliCredentialsStackSynthesizer(),
  terminationProtection: config.production,
});
