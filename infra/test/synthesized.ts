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
  readonly "Fn::Join"?: [separator: string, parts: unknown[]];
}

/** Context values every configuration needs; the archives are stand-ins made for this run. */
export const minimal: Record<string, string> = {
  issuer: "https://id.example.org",
  audience: "portal-messaging-api",
  portalOrigin: "https://portal.example.org",
  clinicOrigin: "https://clinic.example.org",
  archives: standInArchives(),
};

/** The three ways the stack is deployed. */
export const configurations = {
  laptop: { ...minimal, stage: "local", issuer: "http://localhost:8091", architecture: "x86_64", requireTls: "false" },
  test: { ...minimal, stage: "test" },
  production: { ...minimal, stage: "live", production: "true" },
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

  /** The one resource of a type. */
  only(type: string): Resource {
    const [found, ...others] = this.all(type);
    if (!found || others.length > 0) throw new Error(`expected one ${type}`);
    return found[1];
  }

  /** What an intrinsic function stands for, as text a test can compare: `AWS::DynamoDB::Table.Arn`. */
  text(value: unknown): string {
    if (typeof value === "string") return value;
    const { Ref, "Fn::GetAtt": attribute, "Fn::Join": join } = value as Intrinsic;
    if (Ref) return this.resources[Ref]?.Type ?? Ref;
    if (attribute) return this.attribute(...attribute);
    if (join) return join[1].map((part) => this.text(part)).join(join[0]);
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
