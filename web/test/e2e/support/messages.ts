// The composer and the log of a page, and the sending of messages.
import type { Page, Route } from "@playwright/test";
import { stored } from "./people.ts";

export const box = (page: Page) => page.getByRole("textbox", { name: "Message" });
export const log = (page: Page) => page.getByRole("log");
/** The last message of the log, whatever its state. */
export const lastMessage = (page: Page) => log(page).getByRole("article").last();

export async function send(page: Page, text: string): Promise<void> {
  await box(page).fill(text);
  await box(page).press("Enter");
}

/** Intercepts the sending of messages. */
export async function onSend(page: Page, then: (route: Route) => Promise<void> | void): Promise<void> {
  await page.route(/\/api\/conversations\/[^/]+\/messages$/, (route) =>
    route.request().method() === "POST" ? then(route) : route.fallback(),
  );
}

/** What is stored in a conversation: texts, and statuses between them. */
export const texts = async (conversationId: string) => (await stored(conversationId)).map((entry) => entry.text ?? entry.status);
