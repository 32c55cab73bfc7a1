// The configuration is checked at the start.
import { expect, test } from "vitest";
import { configOf } from "../../src/session/config.ts";

test("the configuration is checked at the start", () => {
  const whole = { apiUrl: "/api/", issuer: "https://id.example.org", clientId: "portal" };
  expect(configOf(whole)).toEqual({ apiUrl: "/api", issuer: "https://id.example.org", clientId: "portal", scope: "openid" });
  expect(() => configOf({ ...whole, issuer: undefined })).toThrow("issuer is missing");
  expect(() => configOf({ ...whole, clientId: 5 })).toThrow("clientId is not a string");
  expect(() => configOf(null)).toThrow();
});
