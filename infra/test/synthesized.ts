// The stack as the tests see it: synthesized for a laptop, for a test stage on AWS, and for production.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { type Config, readConfig } from "../lib/config.ts";
import { MessagingStack } from "../lib/stack.ts";
import { functions } from "../routes.ts";

/** A CloudFormation resource, as synthesized. */
export interface Resource {
  readonly Type: string;
  /** As free as JSON. */
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
}

interface Intrinsic {
  readonly Ref?: string;
  readonly "Fn::GetAtt"?: [id: string, attribute: string];
  readonly "Fn::GetStackOutput"?: { readonly StackName: string; readonly OutputName: string; readonly Region: string };
  readonly "Fn::Join"?: [separator: string, parts: unknown[]];
}

/** Context values every configuration needs; the archives are stand-ins made for this run. */
export const minimal: Record<string, string> = {
  issuer: "https://id.example.org",
  audience: "portal-messaging-api",
  archives: standInArchives(),
};

/** Both applications on domains of our own. */
export const domains = {
  portalOrigin: "https://portal.example.org",
  clinicOrigin: "https://clinic.example.org",
};

/** The certificate of those domains. */
const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d";

/** The ways the stack is deployed: on a laptop, which serves the pages itself, at CloudFront's names with either gateway and with users of its own,
 * and at one's own domains. */
export const configurations = {
  laptop: {
    ...minimal,
    ...domains,
    stage: "local",
    issuer: "http://localhost:8091",
    architecture: "x86_64",
    requireTls: "false",
    pages: "none",
  },
  test: { ...minimal, stage: "test" },
  rest: { ...minimal, stage: "rest", gateway: "rest" },
  users: { ...minimal, stage: "users", issuer: "" },
  production: {
    ...minimal,
    ...domains,
    certificateArn,
    stage: "live",
    production: "true",
    alarmEmail: "operations@example.org",
    monthlyBudget: "200",
  },
};

/** Context values to a configuration, as the command line would give them. */
export function configOf(values: Record<string, string>): Config {
  return readConfig((name) => values[name]);
}

/** The feature flags of the application. */
export const { context } = JSON.parse(readFileSync(path(import.meta.dirname, "../cdk.json"), "utf8"));

/** One synthesized stack, and questions to ask of its template. */
export class Synthesized {
  readonly stack: MessagingStack;
  readonly app: App;
  readonly template: Template;
  readonly resources: Readonly<Record<string, Resource>>;

  constructor(values: Record<string, string>) {
    // The built-in template checks are slow: a test of their own runs them.
    this.app = new App({ context, builtinCloudFormationValidation: false });
    this.stack = new MessagingStack(this.app, configOf(values));
    this.template = Template.fromStack(this.stack);
    this.resources = this.template.toJSON().Resources;
  }

  /** All resources of a type, with their logical ids. */
  all(type: string): [string, Resource][] {
    return Object.entries(this.resources).filter(([, resource]) => resource.Type === type);
  }

  /** The bucket of images, which is not the one of pages. */
  get images(): Resource {
    return this.resource("Images");
  }

  /** The one resource whose logical id holds a name. */
  resource(name: string): Resource {
    const [found, ...others] = Object.entries(this.resources).filter(([id]) => new RegExp(`^[A-Za-z]*${name}[0-9A-F]{8}$`).test(id));
    if (!found || others.length > 0) throw new Error(`expected one ${name}`);
    return found[1];
  }

  /** The one resource of a type. */
  only(type: string): Resource {
    const [found, ...others] = this.all(type);
    if (!found || others.length > 0) throw new Error(`expected one ${type}`);
    return found[1];
  }

  /** What an intrinsic function stands for, as text a test can compare: `AWS::DynamoDB::Table.Arn`. */
  text(value: unknown): string {
    if (typeof value === "string") return value;
    const { Ref, "Fn::GetAtt": attribute, "Fn::Join": join, "Fn::GetStackOutput": output } = value as Intrinsic;
    if (Ref) return this.resources[Ref]?.Type ?? Ref;
    if (attribute) return this.attribute(...attribute);
    if (join) return join[1].map((part) => this.text(part)).join(join[0]);
    if (output) return `${output.StackName}.${output.OutputName} in ${output.Region}`;
    throw new Error(`${JSON.stringify(value)} is not understood`);
  }

  private attribute(id: string, attribute: string): string {
    const resource = this.resources[id];
    const name = resource?.Properties.LogGroupName ?? resource?.Properties.FunctionName ?? resource?.Type;
    return `${name}.${attribute}`;
  }
}

function standInArchives(): string {
  const folder = mkdtempSync(path(tmpdir(), "archives-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true });
  });
  for (const { binary } of functions) {
    mkdirSync(path(folder, binary));
    writeFileSync(path(folder, binary, "bootstrap"), binary, { mode: 0o755 });
  }
  return folder;
}
