// A browser context for each person, signed in; and what holds on every page: no script error, nothing that the policy forbids,
// no request to another origin.
import { test as base, type BrowserContext, type BrowserContextOptions, expect, type Page } from "@playwright/test";
import { account, type Person, stack } from "./stack.ts";

export { expect } from "@playwright/test";

type StorageState = Awaited<ReturnType<BrowserContext["storageState"]>>;

interface Visit {
  /** Where in the app. */
  path?: string;
  /** Of the browser: size, colours, language. */
  browser?: BrowserContextOptions;
}

interface Fixtures {
  /** Opens the person's app in a browser context of its own, signed in. `anew` signs in at the provider's page. */
  signedIn: (person: Person, visit?: Visit & { anew?: boolean }) => Promise<Page>;
  /** Opens an app in a browser context of its own, without signing in. */
  opened: (app: App, visit?: Visit) => Promise<Page>;
  open: (app: App, visit: Visit & { session?: StorageState | undefined }) => Promise<Page>;
}

interface WorkerFixtures {
  /** The provider's sessions of those who signed in before in this worker. */
  sessions: Map<Person, StorageState>;
}

type App = "portal" | "clinic";
const APPS = { portal: stack.portalUrl, clinic: stack.clinicUrl };
/** Where a page may send requests to: its own origin, the issuer, and the bucket. */
const ALLOWED = [...Object.values(APPS), stack.issuer, stack.awsEndpointUrl].map((url) => new URL(url).origin);

const appOf = (person: Person): App => (account(person).role === "patient" ? "portal" : "clinic");

export const test = base.extend<Fixtures, WorkerFixtures>({
  // Playwright wants the first parameter destructured.
  // eslint-disable-next-line no-empty-pattern
  sessions: [async ({}, provide) => provide(new Map()), { scope: "worker" }],
  open: async ({ browser }, provide) => {
    const contexts: BrowserContext[] = [];
    const complaints: string[] = [];
    await provide(async (app, { path = "/", browser: options = {}, session }) => {
      const context = await browser.newContext({ ...options, ...(session && { storageState: session }) });
      contexts.push(context);
      if (session) {
        await context.addInitScript(signInByItself);
      }
      const page = await context.newPage();
      listen(page, complaints);
      await page.goto(`${APPS[app]}${path}`);
      return page;
    });
    for (const context of contexts) {
      // What a test intercepts may be on its way when it ends.
      await Promise.all(context.pages().map((page) => page.unrouteAll({ behavior: "ignoreErrors" })));
      await context.close();
    }
    expect(complaints).toEqual([]);
  },
  opened: ({ open }, provide) => provide((app, visit = {}) => open(app, visit)),
  signedIn: ({ open, sessions }, provide) =>
    provide(async (person, { anew = false, ...visit } = {}) => {
      const session = anew ? undefined : sessions.get(person);
      const page = await open(appOf(person), { ...visit, session });
      if (session) {
        await expectSignedIn(page, person);
      } else {
        await signIn(page, person);
      }
      if (!session && !anew) {
        sessions.set(person, await page.context().storageState());
      }
      return page;
    }),
});

/** As after a reload: the app goes to the provider, which knows the session, and comes back signed in. */
function signInByItself(): void {
  if (location.protocol.startsWith("http")) {
    sessionStorage.setItem("messaging-signed-in", "1");
  }
}

/** From the welcome page, through the provider's page, into the app. */
export async function signIn(page: Page, person: Person): Promise<void> {
  await page.getByRole("button", { name: /^(Sign in|Iniciar sesión)/ }).click();
  await page.getByRole("button", { name: `(${person})` }).click();
  await expectSignedIn(page, person);
}

async function expectSignedIn(page: Page, person: Person): Promise<void> {
  await expect(page.locator(".who")).toContainText(account(person).name);
}

function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    // Failed requests are made by the tests.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && !ALLOWED.includes(origin)) {
      complaints.push(`a request to ${origin}`);
    }
  });
}
