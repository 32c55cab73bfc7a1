// The sign-in: a session is renewed only by activity, the return path stays in the app, the policy allows nothing inline.
import { afterEach, expect, test, vi } from "vitest";
import { securityHeaders } from "../../security-headers.js";
import { ACTIVE_WITHIN_MS, watchActivity } from "../../src/session/activity.ts";
import { returnPath } from "../../src/session/SignIn.tsx";

afterEach(() => vi.useRealTimers());

test("polling and reading do not count as activity; keys and presses do", () => {
  vi.useFakeTimers();
  const { isActive, stop } = watchActivity();
  vi.advanceTimersByTime(ACTIVE_WITHIN_MS + 1);
  window.dispatchEvent(new Event("focus"));
  document.dispatchEvent(new Event("visibilitychange"));
  expect(isActive()).toBe(false);
  window.dispatchEvent(new Event("keydown"));
  expect(isActive()).toBe(true);
  stop();
});

test.each([
  [{ path: "/messages/1" }, "/messages/1"],
  [{ path: "//evil.example" }, "/"],
  [{ path: "/\\evil.example" }, "/"],
  [{ path: "https://evil.example" }, "/"],
  [{ path: 5 }, "/"],
  [null, "/"],
])("after the sign-in %j leads to %s", (state, expected) => {
  expect(returnPath({ state })).toBe(expected);
});

test("the policy allows files of our own, the issuer and the bucket, and nothing inline", () => {
  const policy =
    securityHeaders({ signIn: ["https://id.example.org"], images: ["https://images.example.org"] })["content-security-policy"] ?? "";
  expect(policy).not.toMatch(/unsafe|\*/);
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("connect-src 'self' https://id.example.org https://images.example.org;");
});
