// Writes the templates of production, with either gateway, into a folder: for policy checks in other languages.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Template } from "aws-cdk-lib/assertions";
import { configurations, Synthesized } from "./test/synthesized.ts";

const folder = process.argv[2];
if (folder === undefined) throw new Error("which folder?");
mkdirSync(folder, { recursive: true });
for (const gateway of ["http", "rest"]) {
  const { stack, template } = new Synthesized({ ...configurations.production, gateway });
  write(`${gateway}.template.json`, template);
  if (stack.edge) write("edge.template.json", Template.fromStack(stack.edge));
}

function write(name: string, template: Template): void {
  writeFileSync(join(folder as string, name), JSON.stringify(template.toJSON(), null, 1));
}
