// Images in a conversation: by paperclip, paste and drag; progress, preview, removal and retry; shown small and in full size; and a
// file that is not an image is rejected, without its message.
import type { Page } from "@playwright/test";
import { problem } from "../support/contract.ts";
import { expect, test } from "./support/fixtures.ts";
import { type ImageFile, noImage, photo } from "./support/images.ts";
import { latch } from "./support/latch.ts";
import { box, lastMessage } from "./support/messages.ts";
import { begunConversation, stored, uniqueTitle } from "./support/people.ts";
import { stack } from "./support/stack.ts";

const tray = (page: Page) => page.getByRole("list", { name: "Images to send" });
const attach = (page: Page, ...files: ImageFile[]) => page.locator('input[type="file"]').setInputFiles(files);
const shown = (page: Page) => lastMessage(page).getByRole("button", { name: "Show the image in full size" });
/** Any address of the bucket. */
const bucket = `${stack.awsEndpointUrl}/**`;

async function anasConversation(
  signedIn: (person: "patient-a", visit: { path: string }) => Promise<Page>,
): Promise<{ ana: Page; id: string }> {
  const { id } = await begunConversation(uniqueTitle("Image"));
  const ana = await signedIn("patient-a", { path: `/messages/${id}` });
  await expect(ana.getByRole("log").getByText("How are you today?")).toBeVisible();
  return { ana, id };
}

/** Pastes or drops a file. */
async function bring(page: Page, event: "paste" | "drop", { name, mimeType, buffer }: ImageFile): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([base64, fileName, type]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], fileName, { type }));
      return data;
    },
    [buffer.toString("base64"), name, mimeType] as const,
  );
  if (event === "drop") {
    await page.getByRole("form", { name: "New message" }).dispatchEvent("drop", { dataTransfer: transfer });
  } else {
    await box(page).evaluate((element, clipboardData) => {
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, transfer);
  }
}

test("by paperclip, by paste and by drag, previewed, sent together, shown small and in full", async ({ signedIn }) => {
  const { ana, id } = await anasConversation(signedIn);
  const chooser = ana.waitForEvent("filechooser");
  await ana.getByRole("button", { name: "Attach images" }).click();
  await (await chooser).setFiles(photo("by-paperclip.png"));
  await bring(ana, "paste", photo("by-paste.png"));
  await bring(ana, "drop", photo("by-drag.png"));
  await expect(tray(ana).getByRole("listitem")).toHaveCount(3);
  await expect(tray(ana).getByText("Ready to send")).toHaveCount(3);
  await expect(tray(ana).locator("img.preview")).toHaveCount(3);
  await box(ana).fill("Three views of it");
  await box(ana).press("Enter");
  await expect(tray(ana)).toBeHidden();
  await expect(shown(ana)).toHaveCount(3, { timeout: 30_000 });
  const loaded = (element: Element) => (element as HTMLImageElement).complete && (element as HTMLImageElement).naturalWidth > 0;
  await expect.poll(() => shown(ana).locator("img").first().evaluate(loaded)).toBe(true);
  await shown(ana).first().click();
  const dialog = ana.getByRole("dialog");
  await expect.poll(() => dialog.getByRole("img").evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(320);
  await ana.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(shown(ana).first()).toBeFocused();
  const [, message] = await stored(id);
  expect(message?.attachments).toHaveLength(3);
});

test("an image needs no text", async ({ signedIn }) => {
  const { ana, id } = await anasConversation(signedIn);
  await attach(ana, photo("alone.png"));
  await expect(tray(ana).getByText("Ready to send")).toBeVisible();
  await ana.getByRole("button", { name: "Send" }).click();
  await expect(shown(ana)).toBeVisible({ timeout: 30_000 });
  expect((await stored(id)).at(-1)?.attachments).toHaveLength(1);
  await expect(ana.locator(`[data-conversation="${id}"] .row-preview`)).toHaveText("Image");
});

test("while it is uploaded there is progress, sending waits for it, and it can be removed", async ({ signedIn }) => {
  const { ana, id } = await anasConversation(signedIn);
  const upload = latch();
  await ana.route(bucket, async (route) => {
    if (route.request().method() === "PUT") {
      await upload.opened;
    }
    await route.fallback();
  });
  await attach(ana, photo("slow.png"), photo("unwanted.png"));
  await expect(ana.getByRole("progressbar", { name: "Uploading slow.png" })).toBeVisible();
  await box(ana).fill("With one image");
  await expect(ana.getByRole("button", { name: "Send" })).toBeDisabled();
  await ana.getByRole("button", { name: "Remove unwanted.png" }).click();
  await expect(tray(ana).getByRole("listitem")).toHaveCount(1);
  upload.open();
  await expect(tray(ana).getByText("Ready to send")).toBeVisible();
  await ana.getByRole("button", { name: "Send" }).click();
  await expect(lastMessage(ana)).toContainText("Sent");
  expect((await stored(id)).at(-1)?.attachments).toHaveLength(1);
});

test("an upload that fails says so and is tried again, and the text stays", async ({ signedIn }) => {
  const { ana } = await anasConversation(signedIn);
  let failing = true;
  await ana.route(bucket, (route) => (failing && route.request().method() === "PUT" ? route.abort("connectionreset") : route.fallback()));
  await box(ana).fill("It comes with an image");
  await attach(ana, photo("retried.png"));
  await expect(tray(ana).getByRole("alert")).toHaveText("There is no connection at the moment. Nothing is lost.");
  failing = false;
  await tray(ana).getByRole("button", { name: "Try again" }).click();
  await expect(tray(ana).getByText("Ready to send")).toBeVisible();
  await expect(box(ana)).toHaveValue("It comes with an image");
  await ana.getByRole("button", { name: "Send" }).click();
  await expect(shown(ana)).toBeVisible({ timeout: 30_000 });
});

test("too large, of another type, or empty: refused before anything is uploaded", async ({ signedIn }) => {
  const { ana } = await anasConversation(signedIn);
  const asked: string[] = [];
  ana.on("request", (request) => {
    if (request.url().endsWith("/attachments")) {
      asked.push(request.url());
    }
  });
  await attach(
    ana,
    { name: "huge.png", mimeType: "image/png", buffer: Buffer.alloc(10 * 1024 * 1024 + 1) },
    { name: "letter.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") },
    { name: "empty.png", mimeType: "image/png", buffer: Buffer.alloc(0) },
  );
  const said = (name: string) => tray(ana).getByRole("listitem").filter({ hasText: name }).getByRole("alert");
  await expect(said("huge.png")).toHaveText("It is too large.");
  await expect(said("letter.pdf")).toContainText("This file type is not supported.");
  await expect(said("empty.png")).toContainText("It was not accepted as it is.");
  expect(asked).toEqual([]);
});

for (const [status, code, words] of [
  [413, "attachment-too-large", "It is too large."],
  [415, "unsupported-media-type", "This file type is not supported."],
] as const) {
  test(`the API's ${status} about an image has its own words`, async ({ signedIn }) => {
    const { ana } = await anasConversation(signedIn);
    await ana.route("**/api/conversations/*/attachments", (route) => route.fulfill(problem("create-attachment", status, code)));
    await attach(ana, photo("refused.png"));
    await expect(tray(ana).getByRole("alert")).toContainText(words);
    await ana.getByRole("button", { name: "Remove refused.png" }).click();
    await expect(tray(ana)).toBeHidden();
  });
}

test("a file that only claims to be an image is rejected, and its message stays", async ({ signedIn }) => {
  const { ana, id } = await anasConversation(signedIn);
  await attach(ana, noImage("letter.png"));
  await expect(tray(ana).getByText("Ready to send")).toBeVisible();
  await box(ana).fill("See the picture");
  await box(ana).press("Enter");
  await expect(lastMessage(ana)).toContainText("The file was not accepted: it is not an image.", { timeout: 30_000 });
  await expect(lastMessage(ana)).toContainText("See the picture");
  expect((await stored(id)).at(-1)?.text).toBe("See the picture");
});

test("an image that was uploaded before a reload is sent after it", async ({ signedIn }) => {
  const { ana, id } = await anasConversation(signedIn);
  await attach(ana, photo("kept.png"));
  await expect(tray(ana).getByText("Ready to send")).toBeVisible();
  await ana.reload();
  await expect(tray(ana).getByText("kept.png")).toBeVisible();
  await ana.getByRole("button", { name: "Send" }).click();
  await expect(shown(ana)).toBeVisible({ timeout: 30_000 });
  expect((await stored(id)).at(-1)?.attachments).toHaveLength(1);
});
