// Alarms: each notifies somebody, the operations guide explains each, and there are none outside production.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { streamConsumers, triggers } from "../routes.ts";
import { configurations, Synthesized } from "./synthesized.ts";

const production = new Synthesized(configurations.production);
const rest = new Synthesized({ ...configurations.production, gateway: "rest" });
const staging = new Synthesized(configurations.test);
const guide = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8");

const alarms = production.all("AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
const nameOf = ({ AlarmName }: Record<string, any>): string => AlarmName.replace("portal-messaging-live-", "");

test("there are alarms on errors, throttles, lag, latency and the queue, on either gateway", () => {
  const expected = [
    "server-errors",
    "slow-answers",
    ...[...streamConsumers, ...triggers].map(({ name }) => `${name}-errors`),
    "throttles",
    "table-read-throttles",
    "table-write-throttles",
    ...streamConsumers.map(({ name }) => `${name}-behind`),
    "failures-waiting",
  ];
  assert.deepEqual(alarms.map(nameOf), expected);
  assert.equal(rest.all("AWS::CloudWatch::Alarm").length, expected.length);
  assert.equal(staging.all("AWS::CloudWatch::Alarm").length, 0);
});

test("each notifies when it begins and when it is over, and names its section of the operations guide", () => {
  for (const alarm of alarms) {
    for (const actions of [alarm.AlarmActions, alarm.OKActions]) {
      assert.deepEqual(
        actions.map((action: unknown) => production.text(action)),
        ["AWS::SNS::Topic"],
      );
    }
    assert.match(alarm.AlarmDescription, new RegExp(`docs/operations.md, "${nameOf(alarm)}"`));
    assert.ok(guide.includes(`\`${nameOf(alarm)}\``), `docs/operations.md does not explain ${nameOf(alarm)}`);
  }
});

test("functions cannot reach the topic of alarms: its name begins differently from those of notifications", () => {
  const { TopicName, KmsMasterKeyId } = production.only("AWS::SNS::Topic").Properties;
  assert.equal(TopicName, "alarms-portal-messaging-live");
  assert.equal(production.text(KmsMasterKeyId), "AWS::KMS::Key.Arn");
  assert.deepEqual(production.only("AWS::SNS::Subscription").Properties.Endpoint, "operations@example.org");
});

test("each kind of gateway has its own names of metrics", () => {
  const metric = (from: Synthesized, name: string) =>
    from.all("AWS::CloudWatch::Alarm").find(([, { Properties }]) => Properties.AlarmName.endsWith(name))?.[1].Properties;
  const [http, restApi] = [metric(production, "server-errors"), metric(rest, "server-errors")];
  assert.deepEqual([http?.MetricName, http?.Dimensions[0].Name], ["5xx", "ApiId"]);
  assert.deepEqual([restApi?.MetricName, restApi?.Dimensions[0].Name], ["5XXError", "ApiName"]);
});

test("one dashboard, traces of functions, and a budget where one is wanted", () => {
  assert.equal(production.all("AWS::CloudWatch::Dashboard").length, 1);
  for (const [id, { Properties }] of production.all("AWS::Lambda::Function")) assert.equal(Properties.TracingConfig.Mode, "Active", id);
  for (const [id, { Properties }] of staging.all("AWS::Lambda::Function")) assert.equal(Properties.TracingConfig, undefined, id);
  const { Budget } = production.only("AWS::Budgets::Budget").Properties;
  assert.deepEqual(Budget.BudgetLimit, { Amount: 200, Unit: "USD" });
  assert.equal(staging.all("AWS::Budgets::Budget").length, 0);
});
