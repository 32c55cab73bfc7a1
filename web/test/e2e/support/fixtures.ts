// A browser of one's own for each person, signed in; and what holds on every page: no script error, nothing that the policy
// forbids, no request to a stranger.
import { test as base, type BrowserContext, type BrowserContextOptions, expect, type Page } from "@playwright/test";
import { account, type Person, stack } from "./stack.ts";

export { expect } from "@playwright/test";

interface Visit {
  /** Where in the app. */
  path?: string;
  /** Of the browser: size, colours, language. */
  browser?: BrowserContextOptions;
}

interface Fixtures {
  /** Opens the person's app in a browser of its own and signs in. */
  signedIn: (person: Person, visit?: Visit) => Promise<Page>;
  /** Opens an app in a browser of its own, without signing in. */
  opened: (app: "portal" | "clinic", visit?: Visit) => Promise<Page>;
}

const APPS = { portal: stack.portalUrl, clinic: stack.clinicUrl };
/** Where a page may send requests to: its own origin, the issuer, and the bucket. */
const FRIENDS = [...Object.values(APPS), stack.issuer, stack.awsEndpointUrl].map((url) => new URL(url).origin);

export const appOf = (person: Person) => (account(person).role === "patient" ? "portal" : "clinic");

export const test = base.extend<Fixtures>({
  opened: async ({ browser }, provide) => {
    const contexts: BrowserContext[] = [];
    const complaints: string[] = [];
    await provide(async (app, { path = "/", browser: options = {} } = {}) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      const page = await context.newPage();
      listen(page, complaints);
      await page.goto(`${APPS[app]}${path}`);
      return page;
    });
    for (const context of contexts) {
      await context.close();
    }
    expect(complaints).toEqual([]);
  },
  signedIn: async ({ opened }, provide) => {
    await provide(async (person, visit) => {
      const page = await opened(appOf(person), visit);
      await signIn(page, person);
      return page;
    });
  },
});

/** From the welcome page, through the provider's, into the app. */
export async function signIn(page: Page, person: Person): Promise<void> {
  await page.getByRole("button", { name: /^(Sign in|Iniciar sesión)/ }).click();
  await page.getByRole("button", { name: `(${person})` }).click();
  await expect(page.locator(".who")).toContainText(account(person).name);
}

function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    // What the network did is the tests' own doing.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && !FRIENDS.includes(origin)) {
      complaints.push(`a request to ${origin}`);
    }
  });
}
