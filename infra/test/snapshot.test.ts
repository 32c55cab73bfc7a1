// The resources of production, one line each: nothing comes, goes or loses its data's protection unnoticed.
// `UPDATE_SNAPSHOTS=1 npm test` writes them anew.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Template } from "aws-cdk-lib/assertions";
import { configurations, Synthesized } from "./synthesized.ts";

const folder = join(import.meta.dirname, "snapshots");

/** Type, logical id, and what becomes of it when it leaves the template. */
function lines(template: Template): string {
  const resources: [string, { Type: string; DeletionPolicy?: string }][] = Object.entries(template.toJSON().Resources);
  return resources
    .map(([id, { Type, DeletionPolicy = "-" }]) => `${Type} ${id} ${DeletionPolicy}\n`)
    .sort()
    .join("");
}

for (const gateway of ["http", "rest"]) {
  const { template, stack } = new Synthesized({ ...configurations.production, gateway });
  assert.ok(stack.edge);
  for (const [name, found] of [
    [`production-${gateway}`, lines(template)],
    ["production-edge", lines(Template.fromStack(stack.edge))],
  ] as const) {
    const file = join(folder, `${name}.txt`);
    if (process.env.UPDATE_SNAPSHOTS === "1") {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, found);
    }
    test(`the resources of ${name} behind a ${gateway} gateway are those of the snapshot`, () => {
      assert.equal(found, readFileSync(file, "utf8"));
    });
  }
}
