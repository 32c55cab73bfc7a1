// The web firewall in front of the pages and the API: a stack of its own, because CloudFront accepts one from us-east-1 only.
import { CfnOutput, CliCredentialsStackSynthesizer, Fn, RemovalPolicy, Stack } from "aws-cdk-lib";
import * as logs from "aws-cdk-lib/aws-logs";
import * as wafv2 from "aws-cdk-lib/aws-wafv2";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";

/** The one region whose firewalls CloudFront accepts. */
const REGION = "us-east-1";
const OUTPUT = "WebAclArn";

/**
 * Rules on bodies, which would refuse what patients may well write: they count and do not block. A body is only parsed as JSON, with
 * limits of its own.
 */
const COUNTED = ["SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "EC2MetaDataSSRF_BODY"];

/** Requests of one address in five minutes: a clinic with a hundred open charts shares one. */
const REQUESTS = 30_000;

/** ARN of the firewall, for the main stack. */
export function webAclArn(config: Config): string {
  return Fn.getStackOutput(edgeStackName(config), OUTPUT, REGION);
}

/** The stack `portal-messaging-<stage>-edge`, in production only. */
export class EdgeStack extends Stack {
  readonly webAcl: wafv2.CfnWebACL;
  readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, config: Config) {
    super(scope, edgeStackName(config), {
      description: "Portal Messaging: the firewall in front of pages and API",
      env: { region: REGION },
      synthesizer: new CliCredentialsStackSynthesizer(),
    });
    const name = `portal-messaging-${config.stage}`;
    this.webAcl = new wafv2.CfnWebACL(this, "WebAcl", {
      name,
      scope: "CLOUDFRONT",
      defaultAction: { allow: {} },
      visibilityConfig: seen(name),
      rules: [
        {
          name: "requests-of-one-address",
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          statement: { rateBasedStatement: { aggregateKeyType: "IP", limit: REQUESTS } },
          visibilityConfig: seen("requests-of-one-address"),
        },
        managed(1, "AWSManagedRulesAmazonIpReputationList"),
        managed(2, "AWSManagedRulesKnownBadInputsRuleSet"),
        managed(3, "AWSManagedRulesCommonRuleSet", COUNTED),
      ],
    });
    this.logGroup = new logs.LogGroup(this, "Logs", {
      // WAF writes only to log groups whose names begin with this.
      logGroupName: `aws-waf-logs-${name}`,
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    new wafv2.CfnLoggingConfiguration(this, "Logging", {
      resourceArn: this.webAcl.attrArn,
      logDestinationConfigs: [`arn:${this.partition}:logs:${this.region}:${this.account}:log-group:${this.logGroup.logGroupName}`],
      // Search words are in the query, ids in the path, tokens in a header: none of them belongs in a log.
      redactedFields: [
        { queryString: {} },
        { uriPath: {} },
        ...["authorization", "cookie"].map((header) => ({ singleHeader: { Name: header } })),
      ],
      loggingFilter: {
        DefaultBehavior: "DROP",
        Filters: [
          {
            Behavior: "KEEP",
            Requirement: "MEETS_ANY",
            Conditions: [{ ActionCondition: { Action: "BLOCK" } }, { ActionCondition: { Action: "COUNT" } }],
          },
        ],
      },
    });
    new CfnOutput(this, OUTPUT, { value: this.webAcl.attrArn });
  }
}

function edgeStackName({ stage }: Config): string {
  return `portal-messaging-${stage}-edge`;
}

/** A set of rules that AWS maintains; those in `counted` count and do not block. */
function managed(priority: number, name: string, counted: readonly string[] = []): wafv2.CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name,
        ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: seen(name),
  };
}

/** Metrics without samples, which would show paths and queries in the console. */
function seen(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName };
}
