// The CDK application: reads the parameters and creates the stack, in production with the stack of its firewall.
import { App } from "aws-cdk-lib";
import { readConfig } from "./lib/config.ts";
import { leaveOut } from "./lib/leave-out.ts";
import { MessagingStack } from "./lib/stack.ts";

const app = new App();
const config = readConfig((name) => app.node.tryGetContext(name) as string | number | boolean | undefined);
new MessagingStack(app, config);
leaveOut(app, config.leaveOut);
