// The seed's whole story in two browsers: question, task, bubble, answer with an image, search, closing, reopening, Archive and Close.
import { expect, test } from "./support/fixtures.ts";
import { photo } from "./support/images.ts";
import { uniqueTitle } from "./support/people.ts";
import { findTask, toConversation } from "./support/tasks.ts";

/** How soon one side must see what the other did. */
const SOON = { timeout: 5_000 };

test("a question is asked, answered with an image, found, closed, reopened and archived", async ({ signedIn }) => {
  test.setTimeout(120_000);
  const [ana, clara] = await Promise.all([signedIn("patient-a"), signedIn("clinician-a")]);
  const question = uniqueTitle("Potassium");

  // Ana asks with a questionnaire.
  await ana.getByRole("link", { name: "Send a message" }).click();
  const form = ana.getByRole("listitem").filter({ hasText: "Ask about a result" });
  await form.getByRole("link", { name: /^Begin/ }).click();
  await ana.getByLabel("Which result is it about?").fill(question);
  await ana.getByLabel("Blood test").check();
  await ana.getByLabel("What would you like to know?").fill("Is 5.3 too high?");
  await ana.getByRole("button", { name: "Submit" }).click();
  await expect(ana.getByRole("log").getByText("Is 5.3 too high?")).toBeVisible();
  await expect(ana.locator(".state")).toHaveText("Open");

  // Clara finds it as a task, and its bubble opens the conversation.
  const id = ana.url().split("/").at(-1) ?? "";
  await findTask(clara, id);
  await toConversation(clara, id).click();
  await expect(clara.getByRole("heading", { level: 1 })).toHaveText("Ana Patient");
  await expect(clara.getByRole("log").getByText("Is 5.3 too high?")).toBeVisible();

  // She answers, with an image.
  await clara.locator('input[type="file"]').setInputFiles(photo("result.png"));
  await expect(clara.getByText("Ready to send")).toBeVisible();
  await clara.getByRole("textbox", { name: "Message" }).fill("Slightly. Please come on Tuesday, fasting.");
  await clara.getByRole("textbox", { name: "Message" }).press("Enter");
  const log = ana.getByRole("log");
  await expect(log.getByText("Please come on Tuesday, fasting.")).toBeVisible(SOON);
  await expect(log.getByRole("button", { name: "Show the image in full size" })).toBeVisible({ timeout: 20_000 });

  // Ana finds the conversation by its words.
  await ana.getByRole("searchbox").fill(`fasting ${question.split(" ")[1]?.slice(0, 8)}`);
  const rows = ana.getByRole("list", { name: "Conversations" }).getByRole("listitem");
  await expect(rows).toHaveCount(1, { timeout: 15_000 });
  await expect(rows.locator("mark").first()).toBeVisible();
  await ana.getByRole("button", { name: "Clear the search" }).click();

  // Clara closes; Ana sees it and reopens; Clara sees that.
  await clara.getByRole("button", { name: "Lock conversation" }).click();
  await expect(ana.locator(".state")).toHaveText("Closed", SOON);
  await expect(ana.getByText("Clara Clinician closed this conversation.")).toBeVisible();
  await ana.getByRole("button", { name: "Reopen" }).click();
  await expect(ana.locator(".state")).toHaveText("Open");
  await expect(clara.locator(".state")).toHaveText("Open", SOON);

  // Clara opens the encounter, archives and closes it; Ana sees the conversation closed.
  await clara.getByRole("link", { name: "Encounter", exact: true }).click();
  await expect(clara.getByRole("heading", { name: "Results" })).toBeVisible();
  await clara.getByRole("button", { name: "Archive and Close" }).click();
  await clara.getByRole("alertdialog").getByRole("button", { name: "Archive and Close" }).click();
  await expect(clara.getByText("Archived", { exact: true })).toBeVisible();
  await expect(ana.locator(".state")).toHaveText("Closed", SOON);
  await clara.getByRole("link", { name: "Open the chat" }).click();
  await expect(clara.locator(".state")).toHaveText("Closed");
});
