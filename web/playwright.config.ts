// The tests in a browser. `cargo xtask test web` runs them on a stack of their own; by hand: `STACK_JSON=../.local/stack.json
// BROWSER=/usr/bin/chromium npm run e2e`.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "test/e2e",
  testMatch: "*.spec.ts",
  // Pictures of the pages, and of what failed.
  outputDir: "screenshots/failures",
  forbidOnly: true,
  // A flaky test is a bug of the product or of the test.
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: "list",
  use: {
    locale: "en-US",
    timezoneId: "UTC",
    actionTimeout: 10_000,
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env["BROWSER"] ?? "/usr/bin/chromium",
      // Without a sandbox in a container; and nothing that Chromium asks for on its own account.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
