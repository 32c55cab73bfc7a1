// The CDK application: reads the parameters, makes the one stack.
import { App } from "aws-cdk-lib";
import { readConfig } from "./lib/config.ts";
import { MessagingStack } from "./lib/stack.ts";

const app = new App();
new MessagingStack(
  app,
  readConfig((name) => app.node.tryGetContext(name) as string | number | boolean | undefined),
);
