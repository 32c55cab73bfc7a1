// Finds a task on the clinic's tasklist, among those of other tests.
import { expect, type Page } from "@playwright/test";

/** The bubble that opens a conversation. */
export const toConversation = (page: Page, id: string) => page.locator(`.task a[href$="/chat/${id}"]`);

/** Shows more of the tasklist until a conversation's task is in it. */
export async function findTask(page: Page, id: string): Promise<void> {
  await expect(async () => {
    if (!(await toConversation(page, id).isVisible())) {
      await page.getByRole("button", { name: "Show more" }).click({ timeout: 2_000 });
    }
    await expect(toConversation(page, id)).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 40_000 });
}
