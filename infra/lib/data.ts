// Where data is stored: the table with its stream, the image bucket, the failure queue, the cursor secret, and their key.
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as iam from "aws-cdk-lib/aws-iam";
import * as kms from "aws-cdk-lib/aws-kms";
import * as logs from "aws-cdk-lib/aws-logs";
import * as s3 from "aws-cdk-lib/aws-s3";
import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Config } from "./config.ts";
import { declared, type DeclaredTable } from "./declared.ts";

/** Everything that keeps data, encrypted and removed as the parameters say. */
export class Data extends Construct {
  /** Encrypts everything here and all logs; only in production. */
  readonly key: kms.Key | undefined;
  readonly table: dynamodb.Table;
  readonly bucket: s3.Bucket;
  readonly failureQueue: sqs.Queue;
  readonly cursorSecret: secretsmanager.Secret;
  /** CloudFront adds it to every request, so that functions refuse all others; undefined without CloudFront. */
  readonly cloudFrontSecret: secretsmanager.Secret | undefined;
  private readonly config: Config;

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id);
    this.config = config;
    const removalPolicy = config.production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.key = config.production ? this.customerManagedKey(removalPolicy) : undefined;
    const encryptionKey = this.key && { encryptionKey: this.key };

    this.table = new dynamodb.Table(this, "Table", {
      ...keysOf(declared.table),
      timeToLiveAttribute: declared.table.timeToLive,
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: this.key ? dynamodb.TableEncryption.CUSTOMER_MANAGED : dynamodb.TableEncryption.DEFAULT,
      deletionProtection: config.production,
      removalPolicy,
      ...encryptionKey,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: declared.table.index.name,
      ...keysOf(declared.table.index),
      projectionType: dynamodb.ProjectionType.ALL,
    });

    this.bucket = new s3.Bucket(this, "Images", {
      encryption: this.key ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
      bucketKeyEnabled: config.production,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: config.requireTls,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        // Uploads that were never inspected to the end: inspection removes all others itself.
        { prefix: "uploads/", expiration: Duration.days(1) },
      ],
      cors: [
        {
          allowedOrigins: browserOrigins(config),
          allowedMethods: [s3.HttpMethods.GET, s3.HttpMethods.HEAD, s3.HttpMethods.PUT],
          allowedHeaders: ["content-type", "x-amz-checksum-sha256"],
          maxAge: 3600,
        },
      ],
      removalPolicy,
      ...encryptionKey,
    });

    this.failureQueue = new sqs.Queue(this, "StreamFailures", {
      encryption: this.key ? sqs.QueueEncryption.KMS : sqs.QueueEncryption.SQS_MANAGED,
      ...(this.key && { encryptionMasterKey: this.key }),
      enforceSSL: config.requireTls,
      retentionPeriod: Duration.days(14),
      removalPolicy,
    });

    this.cursorSecret = this.secret("CursorSecret", "Signs the cursors of lists, so that an edited one is refused");
    if (config.pages === "cloudfront") {
      const generation = config.cloudFrontKeyGeneration === 1 ? "" : String(config.cloudFrontKeyGeneration);
      this.cloudFrontSecret = this.secret(`CloudFrontSecret${generation}`, "Tells requests that came through CloudFront from others");
    }
  }

  /** ARN of the cursor secret, as an attribute: a reference alone is not an ARN on every emulator. */
  get cursorSecretArn(): string {
    return (this.cursorSecret.node.defaultChild as secretsmanager.CfnSecret).attrId;
  }

  /** ARN of the table's index. */
  get indexArn(): string {
    return `${this.table.tableArn}/index/${declared.table.index.name}`;
  }

  /** The beginning of the ARN of every topic of notifications; topics are created at run time. */
  get topicArnPrefix(): string {
    const { partition, region, account } = Stack.of(this);
    return `arn:${partition}:sns:${region}:${account}:portal-messaging-${this.config.stage}-`;
  }

  /** A log group that is kept for the configured time, encrypted like the data. */
  logGroup(scope: Construct, logGroupName: string): logs.LogGroup {
    return new logs.LogGroup(scope, "Logs", {
      logGroupName,
      retention: this.config.logRetentionDays,
      removalPolicy: this.config.production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(this.key && { encryptionKey: this.key }),
    });
  }

  /** The value that CloudFront sends and functions compare, resolved by CloudFormation. */
  get cloudFrontKey(): string | undefined {
    return this.cloudFrontSecret?.secretValue.unsafeUnwrap();
  }

  private secret(id: string, description: string): secretsmanager.Secret {
    const secret = new secretsmanager.Secret(this, id, {
      description,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: this.config.production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    // Set here, because the construct would widen the key's policy with wildcard actions.
    if (this.key) (secret.node.defaultChild as secretsmanager.CfnSecret).kmsKeyId = this.key.keyArn;
    return secret;
  }

  private customerManagedKey(removalPolicy: RemovalPolicy): kms.Key {
    const { region, account, partition } = Stack.of(this);
    const key = new kms.Key(this, "Key", {
      description: `Portal Messaging (${this.config.stage}): data and logs`,
      enableKeyRotation: true,
      removalPolicy,
    });
    const logGroups = [`lambda/portal-messaging-${this.config.stage}-*`, `vendedlogs/portal-messaging-${this.config.stage}/*`].map(
      (name) => `arn:${partition}:logs:${region}:${account}:log-group:/aws/${name}`,
    );
    // CloudWatch Logs acts for itself, so the key must name it.
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"],
        resources: ["*"],
        conditions: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": logGroups } },
      }),
    );
    return key;
  }
}

/** Every key attribute is a string. */
function keysOf({ partitionKey, sortKey }: Pick<DeclaredTable, "partitionKey" | "sortKey">): dynamodb.SchemaOptions {
  const { STRING: type } = dynamodb.AttributeType;
  return { partitionKey: { name: partitionKey, type }, sortKey: { name: sortKey, type } };
}

/**
 * The origins whose pages may use presigned URLs. CloudFront's own domain names are not known before the bucket exists, so any of
 * them may: it is the URL that gives access, not the page.
 */
function browserOrigins({ portalOrigin, clinicOrigin }: Config): string[] {
  return [...new Set([portalOrigin, clinicOrigin].map((it) => it || "https://*.cloudfront.net"))];
}
