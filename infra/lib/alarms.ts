// Alarms and their topic, one dashboard, and a budget. docs/operations.md says for each alarm what to do.
import { Duration, Stack } from "aws-cdk-lib";
import * as budgets from "aws-cdk-lib/aws-budgets";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import * as iam from "aws-cdk-lib/aws-iam";
import * as sns from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { streamConsumers, triggers } from "../routes.ts";
import type { Config } from "./config.ts";
import type { Data } from "./data.ts";
import type { Functions } from "./functions.ts";
import type { Gateway } from "./gateway.ts";

/** What alarms are created with. */
export interface AlarmsParts {
  readonly config: Config;
  readonly data: Data;
  readonly functions: Functions;
  readonly gateway: Gateway;
}

/** One alarm: a name that the operations guide explains, and a metric that stays at a threshold or above for some periods. */
interface AlarmDefinition {
  readonly name: string;
  readonly description: string;
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  /** Periods in a row, of the metric's own length. */
  readonly periods: number;
}

const MINUTE = { period: Duration.minutes(1) };
const FIVE_MINUTES = { period: Duration.minutes(5) };

/** Alarms, dashboard and budget of a production stack. */
export class Alarms extends Construct {
  readonly topic: sns.Topic;
  readonly alarms: readonly cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, parts: AlarmsParts) {
    super(scope, id);
    const { config } = parts;
    const { stackName } = Stack.of(this);

    this.topic = alarmTopic(this, parts);
    if (config.alarmEmail) this.topic.addSubscription(new EmailSubscription(config.alarmEmail));

    this.alarms = definitions(parts).map(({ name, description, metric, threshold, periods }) => {
      const alarm = new cloudwatch.Alarm(this, name, {
        alarmName: `${stackName}-${name}`,
        alarmDescription: `${description} What to do: docs/operations.md, "${name}".`,
        metric,
        threshold,
        evaluationPeriods: periods,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // Without calls there are no errors.
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(this.topic));
      alarm.addOkAction(new SnsAction(this.topic));
      return alarm;
    });
    dashboard(this, parts, this.alarms);
    if (config.monthlyBudget > 0) budget(this, config);
  }
}

function definitions({ data, functions, gateway }: AlarmsParts): AlarmDefinition[] {
  return [
    {
      name: "server-errors",
      description: "Callers are answered with 5xx: five or more in five minutes.",
      metric: gateway.metrics.serverErrors.with({ ...FIVE_MINUTES, statistic: "Sum" }),
      threshold: 5,
      periods: 1,
    },
    {
      name: "slow-answers",
      description: "One call in a hundred takes more than 2 seconds, for a quarter of an hour.",
      metric: gateway.metrics.latency.with({ ...FIVE_MINUTES, statistic: "p99" }),
      threshold: 2000,
      periods: 3,
    },
    // Errors of routes are in "server-errors".
    ...[...streamConsumers, ...triggers].map(({ name }) => ({
      name: `${name}-errors`,
      description: `The function ${name} failed three times or more in five minutes.`,
      metric: functions.named(name).metricErrors({ ...FIVE_MINUTES, statistic: "Sum" }),
      threshold: 3,
      periods: 1,
    })),
    {
      name: "throttles",
      description: "Lambda turned invocations away, of any function of this account and region: they share its concurrency.",
      metric: new cloudwatch.Metric({ namespace: "AWS/Lambda", metricName: "Throttles", statistic: "Sum", ...FIVE_MINUTES }),
      threshold: 1,
      periods: 1,
    },
    ...(["Read", "Write"] as const).map((what) => ({
      name: `table-${what.toLowerCase()}-throttles`,
      description: `DynamoDB turned ${what.toLowerCase()}s of the table away: a partition is hotter than it takes, or a quota is reached.`,
      metric: data.table.metric(`${what}ThrottleEvents`, { ...FIVE_MINUTES, statistic: "Sum" }),
      threshold: 1,
      periods: 1,
    })),
    ...streamConsumers.map(({ name }) => ({
      name: `${name}-behind`,
      description: `${name} is more than a minute behind the table's changes, for five minutes.`,
      metric: functions.named(name).metric("IteratorAge", { ...MINUTE, statistic: "Maximum" }),
      threshold: 60_000,
      periods: 5,
    })),
    {
      name: "failures-waiting",
      description: "Something that could not be processed waits in the failure queue.",
      metric: data.failureQueue.metricApproximateNumberOfMessagesVisible({ ...MINUTE, statistic: "Maximum" }),
      threshold: 1,
      periods: 1,
    },
  ];
}

/** The topic of alarms. Functions may publish to and delete topics of notifications, so its name begins differently. */
function alarmTopic(scope: Construct, { data }: AlarmsParts): sns.Topic {
  const { stackName, account } = Stack.of(scope);
  const topic = new sns.Topic(scope, "Topic", {
    topicName: `alarms-${stackName}`,
    displayName: `Portal Messaging: alarms of ${stackName}`,
    enforceSSL: true,
  });
  if (data.key) {
    (topic.node.defaultChild as sns.CfnTopic).kmsMasterKeyId = data.key.keyArn;
    // CloudWatch publishes for itself, so the key must name it.
    data.key.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources: ["*"],
        conditions: { StringEquals: { "aws:SourceAccount": account } },
      }),
    );
  }
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: { StringEquals: { "aws:SourceAccount": account } },
    }),
  );
  return topic;
}

/** One page that shows whether all is well, and if not, where: callers first, then functions, stream, table, queue. */
function dashboard(scope: Construct, { data, functions, gateway }: AlarmsParts, alarms: readonly cloudwatch.Alarm[]): void {
  const { stackName } = Stack.of(scope);
  const graph = (title: string, left: cloudwatch.IMetric[]) => new cloudwatch.GraphWidget({ title, left, width: 12, height: 6 });
  const everyFunction = (metricName: string, statistic: string) =>
    new cloudwatch.MathExpression({
      expression: `SEARCH('{AWS/Lambda,FunctionName} MetricName="${metricName}" FunctionName="${stackName}-"', '${statistic}', 300)`,
      label: "",
      usingMetrics: {},
    });
  new cloudwatch.Dashboard(scope, "Dashboard", {
    dashboardName: stackName,
    defaultInterval: Duration.hours(12),
    widgets: [
      [new cloudwatch.AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: 24, height: 3 })],
      [
        graph("Calls", [gateway.metrics.count, gateway.metrics.clientErrors, gateway.metrics.serverErrors]),
        graph("How long callers wait", [
          gateway.metrics.latency.with({ statistic: "p50" }),
          gateway.metrics.latency.with({ statistic: "p99" }),
        ]),
      ],
      [
        graph("Errors by function", [everyFunction("Errors", "Sum")]),
        graph("Duration by function, p99", [everyFunction("Duration", "p99")]),
      ],
      [
        graph(
          "How far behind the table's changes",
          streamConsumers.map(({ name }) => functions.named(name).metric("IteratorAge", { statistic: "Maximum" })),
        ),
        graph("Waiting in the failure queue", [data.failureQueue.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum" })]),
      ],
      [
        graph("Capacity that the table used", [
          data.table.metricConsumedReadCapacityUnits({ statistic: "Sum" }),
          data.table.metricConsumedWriteCapacityUnits({ statistic: "Sum" }),
        ]),
        graph("Concurrent invocations", [everyFunction("ConcurrentExecutions", "Maximum")]),
      ],
    ],
  });
}

/** Mails at 80 and 100 per cent of the monthly budget, and when the forecast exceeds it. */
function budget(scope: Construct, config: Config): void {
  const subscribers = [{ subscriptionType: "EMAIL", address: config.alarmEmail }];
  const notify = (notificationType: string, threshold: number) => ({
    notification: { notificationType, comparisonOperator: "GREATER_THAN", threshold, thresholdType: "PERCENTAGE" },
    subscribers,
  });
  new budgets.CfnBudget(scope, "Budget", {
    budget: {
      budgetName: Stack.of(scope).stackName,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      budgetLimit: { amount: config.monthlyBudget, unit: "USD" },
    },
    notificationsWithSubscribers: [notify("ACTUAL", 80), notify("ACTUAL", 100), notify("FORECASTED", 100)],
  });
}
