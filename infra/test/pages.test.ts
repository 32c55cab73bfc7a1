// The pages on CloudFront: access to the files, headers, the way to the API, the functions at the edge.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { securityHeaders } from "../../web/security-headers.js";
import { APPS } from "../lib/apps.ts";
import { leaveOut } from "../lib/leave-out.ts";
import { appConfig } from "../lib/pages.ts";
import { existingIssuer } from "../lib/sign-in.ts";
import { MessagingStack } from "../lib/stack.ts";
import { configOf, configurations, context, minimal, Synthesized } from "./synthesized.ts";

const laptop = new Synthesized(configurations.laptop);
const staging = new Synthesized(configurations.test);
const production = new Synthesized(configurations.production);

const distributions = (deployed: Synthesized) =>
  deployed.all("AWS::CloudFront::Distribution").map(([, { Properties }]) => Properties.DistributionConfig);

test("there is one distribution for each application, and none where something else serves the pages", () => {
  assert.equal(laptop.all("AWS::CloudFront::Distribution").length, 0);
  for (const deployed of [staging, production]) {
    const folders = distributions(deployed).map(({ Origins, DefaultCacheBehavior }) => {
      const files = Origins.find(({ Id }: { Id: string }) => Id === DefaultCacheBehavior.TargetOriginId);
      assert.ok(files.OriginAccessControlId, "S3 can tell which distribution reads");
      return files.OriginPath;
    });
    assert.deepEqual(folders, ["/portal", "/clinic"]);
  }
});

test("the files are private: each distribution reads its own application's", () => {
  const bucket = production.resource("PagesFiles");
  assert.deepEqual(new Set(Object.values(bucket.Properties.PublicAccessBlockConfiguration)), new Set([true]));
  const [deny, ...reads] = production.resource("PagesFilesPolicy").Properties.PolicyDocument.Statement;
  assert.equal(deny.Effect, "Deny");
  assert.deepEqual(deny.Condition, { Bool: { "aws:SecureTransport": "false" } });
  assert.deepEqual(
    reads.map(({ Action, Principal, Resource }: any) => [Action, Principal, production.text(Resource)]),
    APPS.map((app) => ["s3:GetObject", { Service: "cloudfront.amazonaws.com" }, `AWS::S3::Bucket.Arn/${app}/*`]),
  );
  const sources = reads.map(({ Condition }: any) => production.text(Condition.StringEquals["AWS:SourceArn"]));
  for (const source of sources) assert.match(source, /:cloudfront::AWS::AccountId:distribution\/AWS::CloudFront::Distribution$/);
});

test("browsers get exactly the headers of web/security-headers.js, and HSTS", () => {
  const { SecurityHeadersConfig: known, CustomHeadersConfig: custom } = production.only("AWS::CloudFront::ResponseHeadersPolicy").Properties
    .ResponseHeadersPolicyConfig;
  const sent = {
    "content-security-policy": production.text(known.ContentSecurityPolicy.ContentSecurityPolicy),
    "referrer-policy": known.ReferrerPolicy.ReferrerPolicy,
    "x-frame-options": known.FrameOptions.FrameOption,
    ...(known.ContentTypeOptions.Override && { "x-content-type-options": "nosniff" }),
    ...Object.fromEntries(custom.Items.map(({ Header, Value }: Record<string, string>) => [Header, Value])),
  };
  const images = "https://AWS::S3::Bucket.RegionalDomainName";
  assert.deepEqual(sent, securityHeaders({ signIn: ["https://id.example.org"], images: [images] }));
  assert.ok(known.StrictTransportSecurity.AccessControlMaxAgeSec >= 365 * 86_400);
  for (const { DefaultCacheBehavior } of distributions(production)) assert.ok(DefaultCacheBehavior.ResponseHeadersPolicyId.Ref);
});

test("the API is below /api/ on the same origin: every method, nothing cached, with CloudFront's key", () => {
  for (const config of distributions(staging)) {
    const [behavior, ...others] = config.CacheBehaviors;
    assert.equal(others.length, 0);
    assert.equal(behavior.PathPattern, "/api/*");
    assert.equal(behavior.ViewerProtocolPolicy, "https-only");
    assert.deepEqual(behavior.AllowedMethods, ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]);
    assert.equal(behavior.CachePolicyId, "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "CachingDisabled");
    assert.equal(behavior.OriginRequestPolicyId, "b689b0a8-53d0-40ab-baf2-68738e2966ac", "AllViewerExceptHostHeader");
    const api = config.Origins.find(({ Id }: { Id: string }) => Id === behavior.TargetOriginId);
    assert.match(staging.text(api.DomainName), /^AWS::ApiGatewayV2::Api\.execute-api\./);
    assert.equal(api.CustomOriginConfig.OriginProtocolPolicy, "https-only");
    const [{ HeaderName, HeaderValue }] = api.OriginCustomHeaders;
    assert.equal(HeaderName, "x-cloudfront-key");
    assert.match(staging.text(HeaderValue), /^\{\{resolve:secretsmanager:AWS::SecretsManager::Secret:SecretString/);
  }
});

test("another generation of CloudFront's key is another secret, for CloudFront and functions alike", () => {
  const [old, renewed] = [staging, new Synthesized({ ...configurations.test, cloudFrontKeyGeneration: "2" })].map((deployed) => {
    const shown = JSON.stringify(distributions(deployed)[0].Origins[1].OriginCustomHeaders[0].HeaderValue);
    assert.equal(JSON.stringify(deployed.lambda("get-me").Properties.Environment.Variables.CLOUDFRONT_KEY), shown);
    return shown;
  });
  assert.notEqual(old, renewed);
});

test("errors are not cached", () => {
  for (const { CustomErrorResponses } of distributions(staging)) {
    assert.deepEqual(new Set(CustomErrorResponses.map((it: any) => it.ErrorCachingMinTTL)), new Set([0]));
    const codes = CustomErrorResponses.map((it: any) => it.ErrorCode);
    for (const code of [403, 404, 500, 503]) assert.ok(codes.includes(code), `${code}`);
    for (const { ResponsePagePath } of CustomErrorResponses) assert.equal(ResponsePagePath, undefined, "the API's errors pass as they are");
  }
});

test("your own domain has its certificate, and TLS 1.2 at least", () => {
  assert.deepEqual(
    distributions(production).map(({ Aliases, ViewerCertificate }) => [Aliases, ViewerCertificate.MinimumProtocolVersion]),
    ["portal", "clinic"].map((app) => [[`${app}.example.org`], "TLSv1.2_2021"]),
  );
  for (const { Aliases } of distributions(staging)) assert.equal(Aliases, undefined);
});

test("links in notifications lead to the pages, wherever they are served", () => {
  const variables = (deployed: Synthesized) => deployed.lambda("notify").Properties.Environment.Variables;
  assert.equal(variables(production).PORTAL_URL, "https://portal.example.org");
  const { PORTAL_URL, CLINIC_URL } = variables(staging);
  assert.equal(staging.text(PORTAL_URL), "https://AWS::CloudFront::Distribution.DomainName");
  assert.equal(staging.text(CLINIC_URL), "https://AWS::CloudFront::Distribution.DomainName");
  assert.notDeepEqual(PORTAL_URL, CLINIC_URL);
});

test("production has a firewall in front, in a stack of its own, which logs no path, no query and no token", () => {
  for (const { WebACLId } of distributions(production)) {
    assert.equal(production.text(WebACLId), "portal-messaging-live-edge.WebAclArn in us-east-1");
  }
  for (const { WebACLId } of distributions(staging)) assert.equal(WebACLId, undefined);
  assert.equal(staging.stack.edge, undefined);
  const { edge } = production.stack;
  assert.ok(edge);
  assert.equal(edge.region, "us-east-1");
  const template = Template.fromStack(edge);
  template.hasOutput("WebAclArn", {});
  const [logging] = Object.values(template.findResources("AWS::WAFv2::LoggingConfiguration"));
  assert.deepEqual(logging?.Properties.RedactedFields, [
    { QueryString: {} },
    { UriPath: {} },
    { SingleHeader: { Name: "authorization" } },
    { SingleHeader: { Name: "cookie" } },
  ]);
  const [acl] = Object.values(template.findResources("AWS::WAFv2::WebACL"));
  assert.ok(acl);
  assert.equal(acl.Properties.Scope, "CLOUDFRONT");
  for (const { VisibilityConfig } of acl.Properties.Rules) assert.equal(VisibilityConfig.SampledRequestsEnabled, false);
});

test("resource types that an emulator does not support are left out, and nothing else", () => {
  const app = new App({ context, builtinCloudFormationValidation: false });
  const { edge } = new MessagingStack(app, configOf(configurations.production));
  leaveOut(app, ["AWS::WAFv2::LoggingConfiguration"]);
  assert.ok(edge);
  const made: { Type: string }[] = Object.values(Template.fromStack(edge).toJSON().Resources);
  assert.deepEqual(
    made.map(({ Type }) => Type),
    ["AWS::WAFv2::WebACL", "AWS::Logs::LogGroup"],
  );
});

test("the configuration of an application holds the addresses of API and sign-in", () => {
  const config = (values: Record<string, string>) => {
    const read = configOf({ ...minimal, ...values });
    return JSON.parse(appConfig(read, existingIssuer(read), "clinic"));
  };
  assert.deepEqual(config({}), { apiUrl: "/api", issuer: "https://id.example.org", clientId: "clinic", scope: "openid" });
  const own = { clinicClientId: "abc", signInScope: "openid profile", signInResource: "urn:messaging" };
  assert.deepEqual(config(own), {
    apiUrl: "/api",
    issuer: "https://id.example.org",
    clientId: "abc",
    scope: "openid profile",
    resource: "urn:messaging",
  });
});

/** The request as a function at the edge changes it. */
function atTheEdge(file: string, uri: string, headers: Record<string, { value: string }> = {}): { uri: string; headers: typeof headers } {
  const source = readFileSync(join(import.meta.dirname, "../edge", file), "utf8");
  return runInNewContext(`${source}\nhandler(event);`, { event: { viewer: { ip: "203.0.113.7" }, request: { uri, headers } } });
}

test("places of an application are its index.html; files are themselves", () => {
  const web = join(import.meta.dirname, "../../web");
  const files = readdirSync(join(web, "public")).map((name) => `/${name}`);
  assert.ok(files.length > 0 && existsSync(join(web, "src/portal/index.html")));
  for (const file of [...files, "/config.json", "/assets/index-0a1b2c3d.js", "/assets/missing.js"]) {
    assert.equal(atTheEdge("places.js", file).uri, file);
  }
  for (const place of ["/", "/messages/01900000-0000-7000-8000-00000000000a", "/patients/x.y/chat", "/assets", "/index.html"]) {
    assert.equal(atTheEdge("places.js", place).uri, "/index.html", place);
  }
});

test("the API's routes know no /api, and a caller cannot say where they call from", () => {
  const { uri, headers } = atTheEdge("to-api.js", "/api/me", { "x-viewer-address": { value: "198.51.100.1" } });
  assert.equal(uri, "/me");
  assert.equal(headers["x-viewer-address"]?.value, "203.0.113.7");
  assert.equal(atTheEdge("to-api.js", "/api/").uri, "/");
});
