// The stack's own pool of users: who can sign in, what users cannot change, how the rest of the stack is configured with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { configurations, Synthesized } from "./synthesized.ts";

const deployed = new Synthesized(configurations.users);
const others = new Synthesized(configurations.test);
const production = new Synthesized({ ...configurations.production, issuer: "" });

test("there is a pool only where no issuer is given", () => {
  assert.equal(others.all("AWS::Cognito::UserPool").length, 0);
  assert.equal(deployed.all("AWS::Cognito::UserPool").length, 1);
});

test("users are invited, with a long password and a second factor", () => {
  const { AdminCreateUserConfig, MfaConfiguration, EnabledMfas, Policies } = deployed.only("AWS::Cognito::UserPool").Properties;
  assert.equal(AdminCreateUserConfig.AllowAdminCreateUserOnly, true);
  assert.equal(MfaConfiguration, "ON");
  assert.deepEqual(EnabledMfas, ["SOFTWARE_TOKEN_MFA"]);
  assert.ok(Policies.PasswordPolicy.MinimumLength >= 12);
});

test("roles are groups, and no user may write the attribute patientId", () => {
  const groups = deployed.all("AWS::Cognito::UserPoolGroup").map(([, { Properties }]) => Properties.GroupName);
  assert.deepEqual(groups.sort(), ["admin", "clinician", "patient"]);
  const { Schema } = deployed.only("AWS::Cognito::UserPool").Properties;
  assert.ok(Schema.some(({ Name }: { Name: string }) => Name === "patientId"));
  for (const [, { Properties }] of deployed.all("AWS::Cognito::UserPoolClient")) {
    assert.deepEqual(Properties.WriteAttributes, ["email", "name"], "without a list, a client may write everything");
    assert.equal(Properties.GenerateSecret, false);
    assert.deepEqual(Properties.AllowedOAuthFlows, ["code"]);
    assert.deepEqual(Properties.AllowedOAuthScopes, ["openid", "profile"]);
  }
});

test("sign-in returns to each application's own pages", () => {
  const clients = deployed.all("AWS::Cognito::UserPoolClient").map(([, { Properties }]) => Properties);
  for (const { CallbackURLs, LogoutURLs } of clients) {
    assert.equal(deployed.text(CallbackURLs[0]), "https://AWS::CloudFront::Distribution.DomainName/callback");
    assert.equal(deployed.text(LogoutURLs[0]), "https://AWS::CloudFront::Distribution.DomainName/");
  }
  const [portal, clinic] = production.all("AWS::Cognito::UserPoolClient").map(([, { Properties }]) => Properties.CallbackURLs);
  assert.deepEqual([portal, clinic], [["https://portal.example.org/callback"], ["https://clinic.example.org/callback"]]);
});

test("a function adds the claims to tokens; only the pool may call it", () => {
  const { LambdaConfig } = deployed.only("AWS::Cognito::UserPool").Properties;
  assert.equal(deployed.text(LambdaConfig.PreTokenGenerationConfig.LambdaArn), "portal-messaging-users-add-claims.Arn");
  assert.equal(LambdaConfig.PreTokenGenerationConfig.LambdaVersion, "V2_0");
  const [[, permission], ...more] = deployed
    .all("AWS::Lambda::Permission")
    .filter(([, { Properties }]) => Properties.Principal === "cognito-idp.amazonaws.com") as [
    [string, (typeof deployed.resources)[string]],
  ];
  assert.equal(more.length, 0);
  assert.equal(deployed.text(permission.Properties.SourceArn), "AWS::Cognito::UserPool.Arn");
});

test("functions, gateway and pages accept tokens of the pool's two clients only", () => {
  const { ISSUER, CLIENT_IDS } = deployed.lambda("get-me").Properties.Environment.Variables;
  assert.equal(deployed.text(ISSUER), "https://cognito-idp.AWS::Region.amazonaws.com/AWS::Cognito::UserPool");
  assert.equal(deployed.text(CLIENT_IDS), "AWS::Cognito::UserPoolClient,AWS::Cognito::UserPoolClient");
  const { JwtConfiguration } = deployed.only("AWS::ApiGatewayV2::Authorizer").Properties;
  assert.equal(deployed.text(JwtConfiguration.Issuer), deployed.text(ISSUER));
  assert.equal(JwtConfiguration.Audience.length, 2);
  const policy = deployed.text(
    deployed.only("AWS::CloudFront::ResponseHeadersPolicy").Properties.ResponseHeadersPolicyConfig.SecurityHeadersConfig
      .ContentSecurityPolicy.ContentSecurityPolicy,
  );
  assert.match(policy, /connect-src 'self' https:\/\/cognito-idp\.\S+ https:\/\/portal-messaging-users-\S+\.auth\.\S+amazoncognito\.com /);
  const { Value } = deployed.template.toJSON().Outputs.ClinicConfig;
  assert.match(deployed.text(Value), /"clientId":"AWS::Cognito::UserPoolClient","scope":"openid profile"/);
});

test("production keeps its users when the stack is deleted", () => {
  const pool = production.only("AWS::Cognito::UserPool");
  assert.equal(pool.DeletionPolicy, "Retain");
  assert.equal(pool.Properties.DeletionProtection, "ACTIVE");
});
