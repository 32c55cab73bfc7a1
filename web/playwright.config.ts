// The tests in a browser. `cargo xtask test web` runs them on a stack of their own; by hand: `STACK_JSON=../.local/stack.json
// BROWSER=/usr/bin/chromium npm run e2e`. BROWSER_FLAGS are more launch flags, separated by spaces, for browsers that need them.
import { defineConfig } from "@playwright/test";

const { BROWSER = "/usr/bin/chromium", BROWSER_FLAGS = "" } = process.env;

export default defineConfig({
  testDir: "test/e2e",
  testMatch: "*.spec.ts",
  // Pictures of the pages, and of what failed.
  outputDir: "screenshots/failures",
  forbidOnly: true,
  // A flaky test is a bug of the product or of the test.
  retries: 0,
  // Each test is independent: they are spread over the workers one by one.
  fullyParallel: true,
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
      executablePath: BROWSER,
      // No sandbox, for containers; and no requests that Chromium makes for itself.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        ...BROWSER_FLAGS.split(" ").filter((flag) => flag !== ""),
      ],
    },
  },
});
