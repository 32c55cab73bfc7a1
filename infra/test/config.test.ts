// The parameters: defaults, and errors that name all missing or wrong values at once.
import assert from "node:assert/strict";
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readConfig } from "../lib/config.ts";
import { configOf, domains, minimal } from "./synthesized.ts";

test("a parameter that is not given has its default", () => {
  assert.deepEqual(configOf({ archives: minimal.archives ?? "" }), {
    archives: minimal.archives,
    issuer: "",
    audience: "portal-messaging-api",
    stage: "dev",
    clientIds: [],
    roleClaim: "role",
    patientIdClaim: "patientId",
    nameClaim: "name",
    gateway: "http",
    pages: "cloudfront",
    portalOrigin: "",
    clinicOrigin: "",
    certificateArn: "",
    portalClientId: "portal",
    clinicClientId: "clinic",
    signInScope: "openid",
    signInResource: "",
    production: false,
    requireTls: true,
    architecture: "arm64",
    publicS3Endpoint: "",
    cloudFrontKeyGeneration: 1,
    alarmEmail: "",
    monthlyBudget: 0,
    leaveOut: [],
    logLevel: "info",
    logRetentionDays: 90,
    accessLogDays: 2190,
    streamParallelism: 1,
    noticeTexts: undefined,
  });
});

test("values are read as lists, booleans and numbers", () => {
  const config = configOf({ ...minimal, clientIds: " portal, clinic ,", production: "true", logRetentionDays: "365" });
  assert.deepEqual(config.clientIds, ["portal", "clinic"]);
  assert.equal(config.production, true);
  assert.equal(config.logRetentionDays, 365);
});

test("all wrong values are named at once", () => {
  const values: Record<string, string> = { ...minimal, issuer: "id.example.org", stage: "Live!" };
  assert.throws(
    () => readConfig((name) => values[name]),
    ({ message }: Error) => ["issuer must", "stage must"].every((text) => message.includes(text)),
  );
});

test("a missing archive is named, with what builds it", () => {
  const empty = mkdtempSync(join(tmpdir(), "empty-"));
  try {
    assert.throws(() => configOf({ ...minimal, archives: empty }), /archives lacks get-health, .*cargo lambda build --release/);
  } finally {
    rmdirSync(empty);
  }
});

for (const [name, value] of Object.entries({
  stage: "Live!",
  issuer: "http://id.example.org",
  portalOrigin: "https://portal.example.org/",
  clinicOrigin: "clinic",
  certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d",
  pages: "s3",
  gateway: "websocket",
  alarmEmail: "operations",
  monthlyBudget: "-1",
  audience: " ",
  architecture: "arm",
  production: "yes",
  logRetentionDays: "8",
  accessLogDays: "30",
  streamParallelism: "11",
  noticeTexts: "no-such-file.json",
})) {
  test(`${name} is not ${JSON.stringify(value)}`, () => {
    assert.throws(() => configOf({ ...minimal, [name]: value }), new RegExp(`\\n {2}${name} must`));
  });
}

test("without CloudFront both origins are required; with it, origins require a certificate", () => {
  const { portalOrigin, clinicOrigin } = domains;
  assert.throws(() => configOf({ ...minimal, pages: "none", portalOrigin }), /portalOrigin and clinicOrigin must be given/);
  assert.equal(configOf({ ...minimal, pages: "none", portalOrigin, clinicOrigin }).pages, "none");
  assert.throws(() => configOf({ ...minimal, clinicOrigin }), /certificateArn must be given/);
});

test("a budget requires an email address", () => {
  assert.throws(() => configOf({ ...minimal, monthlyBudget: "100" }), /alarmEmail must be given with monthlyBudget/);
});

test("production requires TLS", () => {
  assert.throws(() => configOf({ ...minimal, production: "true", requireTls: "false" }), /requireTls must be true in production/);
});

test("texts of notifications are read, and wrong ones refused", () => {
  const folder = mkdtempSync(join(tmpdir(), "texts-"));
  const file = join(folder, "texts.json");
  const given = (content: string) => {
    writeFileSync(file, content);
    return configOf({ ...minimal, noticeTexts: file }).noticeTexts;
  };
  try {
    assert.equal(given('{ "sms": "Neue Nachricht: {url}" }'), '{"sms":"Neue Nachricht: {url}"}');
    for (const wrong of ["", "[]", '{"push": "x"}', '{"sms": ""}', '{"email": 1}', '{"email": "Dear {name}"}']) {
      assert.throws(() => given(wrong), /\n {2}noticeTexts must/, wrong);
    }
    assert.throws(() => given(JSON.stringify({ sms: "a".repeat(141) })), /at most 140/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
