// What the headers allow: scripts and styles of the page's own origin alone, and nothing inline.
import { expect, test } from "@playwright/test";
import { stack } from "./support/stack.ts";

for (const [app, url] of [
  ["portal", stack.portalUrl],
  ["clinic", stack.clinicUrl],
] as const) {
  test(`the ${app} runs no script but its own files`, async ({ page }) => {
    const answer = await page.goto(url);
    const headers = answer?.headers() ?? {};
    const policy = headers["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
    const refused = page.waitForEvent("console", (message) => message.text().includes("Content Security Policy"));
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'hijacked'";
      document.body.append(script);
    });
    await refused;
    expect(await page.title()).not.toBe("hijacked");
  });

  test(`the ${app}'s addresses are pages, its missing files are not`, async ({ request }) => {
    const place = await request.get(`${url}/messages/01900000-0000-7000-8000-000000000000`);
    expect(place.status()).toBe(200);
    expect(place.headers()["content-type"]).toContain("text/html");
    expect(place.headers()["cache-control"]).toBe("no-cache");
    expect((await request.get(`${url}/assets/none.js`)).status()).toBe(404);
    expect((await request.get(`${url}/..%2f..%2fpackage.json`)).headers()["content-type"]).not.toContain("json");
    expect((await request.post(`${url}/`)).status()).toBe(405);
  });
}
