// Policy checks: AWS Solutions and HIPAA Security find nothing but what is accepted, and every accepted finding exists.
import assert from "node:assert/strict";
import { test } from "node:test";
import { App, type PolicyViolatingResource } from "aws-cdk-lib";
import { AwsSolutionsChecks, HIPAASecurityChecks } from "cdk-nag";
import { MessagingStack } from "../lib/stack.ts";
import { acknowledgeFindings, suppressions } from "../lib/suppressions.ts";
import { configOf, configurations, context, Synthesized } from "./synthesized.ts";

/** The findings of both packs, one line for every rule and resource. */
function findings({ app }: Synthesized): string[] {
  return [new AwsSolutionsChecks(app), new HIPAASecurityChecks(app)]
    .flatMap((pack) => pack.validateScope(app).violations)
    .flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map((resource: PolicyViolatingResource) => `${ruleName} at ${resource.constructPath}`),
    );
}

for (const [name, values] of Object.entries(configurations)) {
  const deployed = new Synthesized(values);
  const accepted = suppressions(deployed.stack).flatMap(({ on, rules }) =>
    on.flatMap((construct) => rules.map((rule) => `${rule} at ${construct.node.path}/`)),
  );
  const found = findings(deployed);

  test(`every accepted finding is found (${name})`, () => {
    assert.ok(accepted.length > 0);
    assert.deepEqual(
      accepted.filter((suppression) => !found.some((finding) => finding.startsWith(suppression))),
      [],
    );
  });

  test(`nothing else is found (${name})`, () => {
    acknowledgeFindings(deployed.stack);
    assert.deepEqual(findings(deployed), []);
  });

  test(`every accepted finding has its reason (${name})`, () => {
    for (const { reason } of suppressions(deployed.stack)) assert.ok(reason.length > 40, reason);
  });
}

test("CloudFormation's own checks of the template pass, as errors", () => {
  const app = new App({ context: { ...context, "@aws-cdk/core:validateAgainstDefaultRules": true } });
  new MessagingStack(app, configOf(configurations.production));
  assert.doesNotThrow(() => app.synth());
});
