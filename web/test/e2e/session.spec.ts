// Signing in and out: PKCE, tokens in memory alone, renewal by activity, an ended session that loses nothing, the wrong app.
import { gatewayAnswer } from "../support/contract.ts";
import { expect, test, signIn } from "./support/fixtures.ts";
import { begunConversation, stored, uniqueTitle } from "./support/people.ts";
import { stack } from "./support/stack.ts";

test("signing in uses PKCE, and no token is kept where a script or a reload could find it", async ({ opened }) => {
  const page = await opened("portal");
  const asked = page.waitForRequest((request) => request.url().startsWith(`${stack.issuer}/auth`));
  const exchanged = page.waitForRequest((request) => request.url() === `${stack.issuer}/token`);
  await signIn(page, "patient-a");
  const query = new URL((await asked).url()).searchParams;
  expect(query.get("code_challenge_method")).toBe("S256");
  expect(query.get("response_type")).toBe("code");
  const body = new URLSearchParams((await exchanged).postData() ?? "");
  expect(body.get("code_verifier")).toMatch(/^[\w.~-]{43,128}$/);
  expect(body.get("client_secret")).toBeNull();
  const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
  expect(kept).not.toMatch(/eyJ|access_token|refresh_token|id_token/);
  expect(page.url()).not.toMatch(/code=|state=/);
});

test("a reload signs in again by itself, at the same place", async ({ signedIn }) => {
  const conversation = await begunConversation(uniqueTitle("Reload"));
  const ana = await signedIn("patient-a", { path: `/messages/${conversation.id}` });
  await ana.reload();
  await expect(ana.getByRole("log").getByText("How are you today?")).toBeVisible();
  expect(new URL(ana.url()).pathname).toBe(`/messages/${conversation.id}`);
});

test("signing out deletes drafts, asks before unsent messages are deleted, and stays signed out", async ({ signedIn }) => {
  const conversation = await begunConversation(uniqueTitle("Leaving"));
  // Signing out ends the provider's session: other tests keep theirs.
  const ana = await signedIn("patient-a", { path: `/messages/${conversation.id}`, anew: true });
  const box = ana.getByRole("textbox", { name: "Message" });
  await ana.route(/\/messages$/, (route) => route.abort("connectionreset"));
  await ana.context().setOffline(true);
  await box.fill("Not sent yet");
  await box.press("Enter");
  await expect(ana.getByRole("log").getByText("Not sent:")).toBeVisible();
  await box.fill("A draft");
  await ana.getByRole("button", { name: "Sign out" }).click();
  await expect(ana.getByRole("alertdialog")).toContainText("Some messages have not been sent yet.");
  await ana.context().setOffline(false);
  await ana.getByRole("alertdialog").getByRole("button", { name: "Sign out" }).click();
  await expect(ana.getByText("Sign in to read and write messages.")).toBeVisible();
  expect(new URL(ana.url()).origin).toBe(stack.portalUrl);
  const kept = await ana.evaluate(() =>
    [...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((key) => key !== "messaging-language"),
  );
  expect(kept).toEqual([]);
  // The provider asks again: the next user of this browser is not signed in.
  await ana.getByRole("button", { name: "Sign in" }).click();
  await expect(ana.getByText("Development only")).toBeVisible();
});

test("an account of the other app is told so and can sign out", async ({ opened }) => {
  const page = await opened("clinic");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "(patient-a)" }).click();
  await expect(page.getByText("Ana Patient, your account does not work with this app.")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("Sign in to read and write messages.")).toBeVisible();
});

test("an ended session says so, keeps what is typed and continues after signing in again", async ({ signedIn }) => {
  const conversation = await begunConversation(uniqueTitle("Ended"));
  const ana = await signedIn("patient-a", { path: `/messages/${conversation.id}` });
  const box = ana.getByRole("textbox", { name: "Message" });
  await box.fill("Typed before the end");
  await ana.route("**/api/**", (route) => route.fulfill(gatewayAnswer(401, "Unauthorized")));
  await box.press("Enter");
  await expect(ana.getByText("Your session has ended. What you have written is kept in this tab.")).toBeVisible();
  await ana.unrouteAll({ behavior: "ignoreErrors" });
  await ana.getByRole("button", { name: "Sign in again" }).click();
  await expect(ana.getByRole("log").getByText("Typed before the end")).toBeVisible();
  await expect
    .poll(async () => (await stored(conversation.id)).map((entry) => entry.text))
    .toEqual(["How are you today?", "Typed before the end"]);
});

test("the token of an active user is renewed before its end, without leaving the page", async ({ opened }) => {
  const page = await opened("portal");
  // The provider gives tokens that live as long as a token request asks for: this one asks for 62 seconds.
  await page.route(`${stack.issuer}/token`, async (route) => {
    const body = `${route.request().postData() ?? ""}&lifetime=62`;
    await route.continue({ postData: body });
  });
  const renewed = page.waitForRequest(
    (request) => request.url() === `${stack.issuer}/token` && (request.postData() ?? "").includes("grant_type=refresh_token"),
  );
  await signIn(page, "patient-a");
  const address = page.url();
  await page.getByRole("searchbox").press("Tab");
  expect((await (await renewed).response())?.status()).toBe(200);
  expect(page.url()).toBe(address);
  await expect(page.locator(".who")).toContainText("Ana Patient");
});
