// The stack as tests look at it: synthesized for a laptop, for a test stage on AWS, and for production.
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

/** Context values that every configuration needs; the archives are stand-ins, written for this run. */
export const minimal: Record<string, string> = {
  issuer: "https://id.example.org",
  audience: "portal-messaging-api",
  archives: standInArchives(),
};

/** Both applications on our own domains. */
export const domains = {
  portalOrigin: "https://portal.example.org",
  clinicOrigin: "https://clinic.example.org",
};

/** The certificate of those domains. */
const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d";

/**
 * The ways the stack is deployed: on a laptop, which serves the pages itself; on CloudFront's domain names with either gateway, and with
 * its own pool of users; in production on our own domains.
 */
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

/** A configuration from context values, as the command line gives them. */
export function configOf(values: Record<string, string>): Config {
  return readConfig((name) => values[name]);
}

/** The feature flags of the application. */
export const { context } = JSON.parse(readFileSync(path(import.meta.dirname, "../cdk.json"), "utf8"));

/** One synthesized stack, with ways to find things in its template. */
export class Synthesized {
  readonly stack: MessagingStack;
  readonly app: App;
  readonly template: Template;
  readonly resources: Readonly<Record<string, Resource>>;

  constructor(values: Record<string, string>) {
    // The built-in template checks are slow and have a test of their own.
    this.app = new App({ context, builtinCloudFormationValidation: false });
    this.stack = new MessagingStack(this.app, configOf(values));
    this.template = Template.fromStack(this.stack);
    this.resources = this.template.toJSON().Resources;
  }

  /** All resources of a type, with their logical ids. */
  all(type: string): [string, Resource][] {
    return Object.entries(this.resources).filter(([, resource]) => resource.Type === type);
  }

  /** The deployed function of a name. */
  lambda(name: string): Resource {
    const functionName = `portal-messaging-${this.stack.config.stage}-${name}`;
    const found = this.all("AWS::Lambda::Function").find(([, { Properties }]) => Properties.FunctionName === functionName);
    if (!found) throw new Error(`there is no function ${functionName}`);
    return found[1];
  }

  /** The bucket of images, not the one of pages. */
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

  /** An intrinsic function as text that a test can compare, with types for resources: `AWS::DynamoDB::Table.Arn`. */
  text(value: unknown): string {
    return this.resolve(value, (_id, { Type }) => Type);
  }

  /** The same with names for resources, which tell two of one type apart: `DataTable.Arn`. */
  textByName(value: unknown): string {
    return this.resolve(value, (id) => id.replace(/[0-9A-F]{8}$/, ""));
  }

  private resolve(value: unknown, nameOf: (id: string, resource: Resource) => string): string {
    if (typeof value === "string") return value;
    const { Ref, "Fn::GetAtt": attribute, "Fn::Join": join, "Fn::GetStackOutput": output } = value as Intrinsic;
    const resource = this.resources[Ref ?? attribute?.[0] ?? ""];
    if (Ref) return resource ? nameOf(Ref, resource) : Ref;
    if (attribute && resource) {
      const ownName = resource.Properties.LogGroupName ?? resource.Properties.FunctionName;
      return `${ownName ?? nameOf(attribute[0], resource)}.${attribute[1]}`;
    }
    if (join) return join[1].map((part) => this.resolve(part, nameOf)).join(join[0]);
    if (output) return `${output.StackName}.${output.OutputName} in ${output.Region}`;
    throw new Error(`${JSON.stringify(value)} is not understood`);
  }
}

function standInArchives(): string {
  const folder = mkdtempSync(path(tmpdir(), "archives-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true });
  });
  for (const { name } of functions) {
    mkdirSync(path(folder, name));
    writeFileSync(path(folder, name, "bootstrap"), name, { mode: 0o755 });
  }
  return folder;
}
