// The CDK application: reads the parameters, makes the stack, and in production the firewall in front of it.
import { App } from "aws-cdk-lib";
import { readConfig } from "./lib/config.ts";
import { leaveOut } from "./lib/leave-out.ts";
import { MessagingStack } from "./lib/stack.ts";

const app = new App();
const config = readConfig((name) => app.node.tryGetContext(name) as string | number | boolean | undefined);
new MessagingStack(app, config);
leaveOut(app, config.leaveOut);
