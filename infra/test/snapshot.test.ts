// The resources of production, one line each: none is added, removed or left without its deletion policy unnoticed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Template } from "aws-cdk-lib/assertions";
import { assertSnapshot } from "./snapshots.ts";
import { configurations, type Resource, Synthesized } from "./synthesized.ts";

/** Type, logical id and deletion policy. */
function lines(template: Template): string[] {
  const resources: [string, Resource][] = Object.entries(template.toJSON().Resources);
  return resources.map(([id, { Type, DeletionPolicy = "-" }]) => `${Type} ${id} ${DeletionPolicy}`).sort();
}

for (const gateway of ["http", "rest"]) {
  const { template, stack } = new Synthesized({ ...configurations.production, gateway });
  assert.ok(stack.edge);
  for (const [name, found] of [
    [`production-${gateway}`, lines(template)],
    ["production-edge", lines(Template.fromStack(stack.edge))],
  ] as const) {
    test(`the resources of ${name} behind a ${gateway} gateway are those of the snapshot`, () => {
      assertSnapshot(name, found);
    });
  }
}
