// The two applications on the web: their files in one private bucket, a CloudFront distribution for each, the API under `/api/`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import * as acm from "aws-cdk-lib/aws-certificatemanager";
import * as cloudfront from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin, S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import * as iam from "aws-cdk-lib/aws-iam";
import * as s3 from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { securityHeaders } from "../../web/security-headers.js";
import { type App, APPS } from "./apps.ts";
import type { Config } from "./config.ts";
import type { Data } from "./data.ts";
import { webAclArn } from "./edge-stack.ts";
import type { Gateway } from "./gateway.ts";
import type { SignIn } from "./sign-in.ts";

/** What the pages are created with. */
export interface PagesParts {
  readonly config: Config;
  readonly data: Data;
  readonly gateway: Gateway;
  readonly signIn: SignIn;
}

/** The bucket and the distributions; `cargo xtask deploy` uploads the files and each application's `config.json`. */
export class Pages extends Construct {
  readonly bucket: s3.Bucket;
  readonly distributions: Readonly<Record<App, cloudfront.Distribution>>;

  constructor(scope: Construct, id: string, parts: PagesParts) {
    super(scope, id);
    this.bucket = new s3.Bucket(this, "Files", {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      // Everything in it is built from the repository: there is nothing to keep.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const shared = {
      ...parts,
      bucket: this.bucket,
      access: new cloudfront.S3OriginAccessControl(this, "Access", { originAccessControlName: `${Stack.of(this).stackName}-pages` }),
      headers: headersPolicy(this, parts),
      places: viewerRequest(this, "Places", "places.js"),
      toApi: viewerRequest(this, "ToApi", "to-api.js"),
    };
    this.distributions = { portal: distribution(this, "portal", shared), clinic: distribution(this, "clinic", shared) };
    for (const app of APPS) this.bucket.addToResourcePolicy(mayRead(this.bucket, app, this.distributions[app]));
  }

  /** The origin of an application: its own domain, or the name that CloudFront gave it. */
  static origin(config: Config, app: App, pages: Pages | undefined): string {
    const given = app === "portal" ? config.portalOrigin : config.clinicOrigin;
    if (given !== "") return given;
    if (!pages) throw new Error(`nothing serves the ${app}, and ${app}Origin is empty`);
    return `https://${pages.distributions[app].distributionDomainName}`;
  }
}

/** An application's `config.json`, which its pages read when they start. */
export function appConfig({ signInResource }: Config, { issuer, clients, scope }: SignIn, app: App): string {
  return JSON.stringify({
    apiUrl: "/api",
    issuer,
    clientId: clients[app],
    scope,
    ...(signInResource && { resource: signInResource }),
  });
}

interface DistributionParts extends PagesParts {
  readonly bucket: s3.Bucket;
  readonly access: cloudfront.S3OriginAccessControl;
  readonly headers: cloudfront.ResponseHeadersPolicy;
  readonly places: cloudfront.Function;
  readonly toApi: cloudfront.Function;
}

function distribution(scope: Construct, app: App, parts: DistributionParts): cloudfront.Distribution {
  const { config, gateway } = parts;
  const origin = app === "portal" ? config.portalOrigin : config.clinicOrigin;
  const domain = origin && {
    domainNames: [new URL(origin).hostname],
    certificate: acm.Certificate.fromCertificateArn(scope, `${app}Certificate`, config.certificateArn),
  };
  return new cloudfront.Distribution(scope, app, {
    comment: `${Stack.of(scope).stackName}: ${app}`,
    ...domain,
    minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
    httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
    priceClass: cloudfront.PriceClass.PRICE_CLASS_100,
    ...(config.production && { webAclId: webAclArn(config) }),
    defaultBehavior: {
      // Not `withOriginAccessControl`, which lets a distribution read the whole bucket: `mayRead` is for one folder.
      origin: S3BucketOrigin.withBucketDefaults(parts.bucket, {
        originPath: `/${app}`,
        originAccessControlId: parts.access.originAccessControlId,
      }),
      allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: parts.headers,
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      compress: true,
      functionAssociations: [{ function: parts.places, eventType: cloudfront.FunctionEventType.VIEWER_REQUEST }],
    },
    additionalBehaviors: {
      "/api/*": {
        origin: new HttpOrigin(gateway.domain, {
          originPath: gateway.path,
          protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2],
          // Functions refuse requests without it, so that no request can bypass the firewall.
          customHeaders: { "x-cloudfront-key": parts.data.cloudFrontKey ?? "" },
        }),
        allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
        cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
        originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        functionAssociations: [{ function: parts.toApi, eventType: cloudfront.FunctionEventType.VIEWER_REQUEST }],
      },
    },
    errorResponses: UNCACHED_ERRORS,
  });
}

/** CloudFront would cache errors for ten seconds: one person's 404 must not be served to another. */
const UNCACHED_ERRORS: cloudfront.ErrorResponse[] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((httpStatus) => ({
  httpStatus,
  ttl: Duration.seconds(0),
}));

/** The headers of `web/security-headers.js`, which `web/serve.js` sends too, and HSTS. */
function headersPolicy(scope: Construct, { data, signIn }: PagesParts): cloudfront.ResponseHeadersPolicy {
  const headers = new Map(
    Object.entries(securityHeaders({ signIn: [...signIn.origins], images: [`https://${data.bucket.bucketRegionalDomainName}`] })),
  );
  // CloudFront has settings for some headers, and refuses those as custom headers.
  const take = (name: string): string => {
    const value = headers.get(name);
    if (value === undefined) throw new Error(`web/security-headers.js has no ${name}`);
    headers.delete(name);
    return value;
  };
  const securityHeadersBehavior: cloudfront.ResponseSecurityHeadersBehavior = {
    contentSecurityPolicy: { contentSecurityPolicy: take("content-security-policy"), override: true },
    contentTypeOptions: { override: take("x-content-type-options") === "nosniff" },
    frameOptions: { frameOption: known(cloudfront.HeadersFrameOption, take("x-frame-options")), override: true },
    referrerPolicy: { referrerPolicy: known(cloudfront.HeadersReferrerPolicy, take("referrer-policy")), override: true },
    strictTransportSecurity: { accessControlMaxAge: Duration.days(730), override: true },
  };
  return new cloudfront.ResponseHeadersPolicy(scope, "Headers", {
    responseHeadersPolicyName: `${Stack.of(scope).stackName}-pages`,
    securityHeadersBehavior,
    customHeadersBehavior: { customHeaders: [...headers].map(([header, value]) => ({ header, value, override: true })) },
  });
}

/** The value of an enumeration of CloudFront. */
function known<T extends string>(values: Readonly<Record<string, T>>, value: string): T {
  const found = Object.values(values).find((it) => it === value);
  if (found === undefined) throw new Error(`CloudFront knows no ${value}`);
  return found;
}

/** A CloudFront function of `edge/`, called first for every request. */
function viewerRequest(scope: Construct, id: string, file: string): cloudfront.Function {
  return new cloudfront.Function(scope, id, {
    functionName: `${Stack.of(scope).stackName}-${file.replace(".js", "")}`,
    runtime: cloudfront.FunctionRuntime.JS_2_0,
    code: cloudfront.FunctionCode.fromInline(readFileSync(join(import.meta.dirname, "../edge", file), "utf8")),
  });
}

/** A distribution may read the files of its own application only. */
function mayRead(bucket: s3.Bucket, app: App, { distributionArn }: cloudfront.Distribution): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal("cloudfront.amazonaws.com")],
    actions: ["s3:GetObject"],
    resources: [bucket.arnForObjects(`${app}/*`)],
    conditions: { StringEquals: { "AWS:SourceArn": distributionArn } },
  });
}
