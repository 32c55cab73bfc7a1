// By keyboard and screen reader: the main flow without a mouse, where the focus is, names and pressed states, and nothing that only
// a colour or a movement shows.
import type { Locator, Page } from "@playwright/test";
import type { Task } from "../../src/api/types.ts";
import { answer, problem } from "../support/contract.ts";
import { expect, test } from "./support/fixtures.ts";
import { photo } from "./support/images.ts";
import { box, log } from "./support/messages.ts";
import { api, begunConversation, say, stored, uniqueTitle } from "./support/people.ts";
import { patientId } from "./support/stack.ts";

const lock = (page: Page) => page.getByRole("button", { name: "Lock conversation" });
const envelope = (page: Page) => page.getByRole("button", { name: "Mark as unread" });
const rowOf = (page: Page, id: string) => page.locator(`[data-conversation="${id}"]`);
const SOON = { timeout: 20_000 };

/** Presses Tab until the target has the focus, at most so often. */
async function tabTo(page: Page, target: Locator, key: "Tab" | "Shift+Tab" = "Tab", atMost = 12): Promise<void> {
  for (let pressed = 0; pressed < atMost; pressed += 1) {
    await page.keyboard.press(key);
    if (await target.evaluate((element) => element === document.activeElement)) {
      return;
    }
  }
  await expect(target, `${key} leads there`).toBeFocused({ timeout: 1 });
}

test("asking, answering, closing, reopening and marking unread, without a mouse", async ({ signedIn }) => {
  test.setTimeout(120_000);
  const question = uniqueTitle("Keyboard");
  const ana = await signedIn("patient-a", { path: "/messages" });
  await expect(ana.getByRole("list", { name: "Conversations" })).toBeVisible();

  // The first Tab stop skips the navigation.
  const skip = ana.getByRole("link", { name: "Skip to the content" });
  await ana.keyboard.press("Tab");
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await ana.keyboard.press("Enter");
  await expect(ana.getByRole("main")).toBeFocused();
  await tabTo(ana, ana.getByRole("searchbox"), "Tab", 1);

  // Plus opens the forms, and each page starts at its heading.
  await tabTo(ana, ana.getByRole("link", { name: "New conversation" }), "Tab", 1);
  await ana.keyboard.press("Enter");
  await expect(ana.getByRole("heading", { level: 1, name: "What is it about?" })).toBeFocused();
  await expect(ana.getByRole("link", { name: "Begin" }).first()).toBeVisible();
  await tabTo(ana, ana.getByRole("link", { name: "Begin" }).first(), "Tab", 1);
  await ana.keyboard.press("Enter");
  await expect(ana.getByLabel("Which result is it about?")).toBeVisible();
  await tabTo(ana, ana.getByLabel("Which result is it about?"));
  await ana.keyboard.type(question);
  await ana.keyboard.press("Tab");
  await ana.keyboard.press("Space");
  await ana.keyboard.press("ArrowDown");
  await expect(ana.getByLabel("Imaging")).toBeChecked();
  await ana.keyboard.press("Tab");
  await expect(ana.getByLabel("What would you like to know?")).toBeFocused();
  await ana.keyboard.type("Is the report in?");
  await ana.keyboard.press("Tab");
  await ana.keyboard.press("Space");
  await expect(ana.getByLabel("Do you have new symptoms?")).toBeChecked();
  await ana.keyboard.press("Tab");
  await expect(ana.getByRole("button", { name: "Submit" })).toBeFocused();
  await ana.keyboard.press("Enter");

  // In the conversation: a message, and the focus stays in the box.
  await expect(log(ana).getByText("Is the report in?")).toBeVisible();
  await expect(ana.getByRole("main").locator(":focus")).toHaveCount(1);
  // Past search, plus and button, one stop in the list, lock, envelope, log and paperclip.
  await tabTo(ana, box(ana), "Tab", 9);
  await ana.keyboard.type("It was on Monday.");
  await ana.keyboard.press("Enter");
  await expect(log(ana).getByText("It was on Monday.")).toBeVisible();
  await expect(log(ana).getByRole("article").last()).toContainText("Sent");
  await expect(box(ana)).toBeFocused();
  const id = ana.url().split("/").at(-1) ?? "";
  expect((await stored(id)).at(-1)?.text).toBe("It was on Monday.");
  await expect(envelope(ana), "nobody else has written").toBeDisabled();
  await say("clinician-a", id, "It came today.");
  await expect(log(ana).getByText("It came today.")).toBeVisible(SOON);

  // Back over paperclip and log to envelope and lock.
  await ana.keyboard.press("Shift+Tab");
  await expect(ana.getByRole("button", { name: "Attach images" })).toBeFocused();
  await ana.keyboard.press("Shift+Tab");
  await expect(ana.getByRole("region", { name: "Messages of this conversation" })).toBeFocused();
  await ana.keyboard.press("Shift+Tab");
  await expect(envelope(ana)).toBeFocused();
  await ana.keyboard.press("Shift+Tab");
  await expect(lock(ana)).toBeFocused();
  await ana.keyboard.press("Space");
  await expect(lock(ana)).toHaveAttribute("aria-pressed", "true");
  await expect(ana.locator(".state")).toHaveText("Closed");
  await expect(lock(ana), "closing keeps the focus").toBeFocused();
  await ana.keyboard.press("Enter");
  await expect(lock(ana)).toHaveAttribute("aria-pressed", "false");
  await expect(ana.locator(".state")).toHaveText("Open");
  await expect(lock(ana), "reopening keeps the focus").toBeFocused();
  await ana.keyboard.press("Tab");
  await ana.keyboard.press("Space");
  await expect(envelope(ana)).toHaveAttribute("aria-pressed", "true");
  await expect(envelope(ana), "marking keeps the focus").toBeFocused();
  await expect(rowOf(ana, id).getByText("Unread")).toBeAttached();
});

test("from the top: places, language, sign-out, search, plus, and the list; arrow keys walk it", async ({ signedIn }) => {
  await begunConversation(uniqueTitle("Order"));
  await begunConversation(uniqueTitle("Order"));
  const ana = await signedIn("patient-a", { path: "/messages" });
  const rows = ana.getByRole("list", { name: "Conversations" }).getByRole("link");
  await expect(rows.nth(1)).toBeVisible();
  const order = [
    ...["Skip to the content", "Conversations", "Notifications", "Who opened my messages"].map((name) =>
      ana.getByRole("link", { name, exact: true }),
    ),
    ana.getByRole("combobox", { name: "Language" }),
    ana.getByRole("button", { name: "Sign out" }),
    ana.getByRole("searchbox", { name: "Search conversations" }),
    ana.getByRole("link", { name: "New conversation" }),
    ana.getByRole("link", { name: "Send a message" }),
  ];
  for (const next of order) {
    await ana.keyboard.press("Tab");
    await expect(next).toBeFocused();
  }
  await tabTo(ana, rows.first(), "Tab", 2);
  const idAt = (place: Locator) => place.getAttribute("data-conversation");
  const second = await idAt(rows.nth(1));
  await ana.keyboard.press("ArrowDown");
  await expect(rowOf(ana, second ?? "")).toBeFocused();
  await ana.keyboard.press("ArrowUp");
  await expect(rows.first()).toBeFocused();
  await ana.keyboard.press("End");
  await expect(rows.last()).toBeFocused();
  await expect(rows.last()).toBeInViewport();
  await ana.keyboard.press("Home");
  await expect(rows.first()).toBeFocused();
  const first = (await idAt(rows.first())) ?? "";
  await ana.keyboard.press("Enter");
  await expect(ana).toHaveURL(new RegExp(`${first}$`));
  // After opening a conversation the focus is still in the list.
  await expect(rowOf(ana, first)).toBeFocused();
  await expect(rowOf(ana, first)).toHaveAttribute("aria-current", "page");
});

test("the focus stays with its conversation when news re-sorts the list", async ({ signedIn }) => {
  const [older, newer] = [await begunConversation(uniqueTitle("Sorted")), await begunConversation(uniqueTitle("Sorted"))];
  const ana = await signedIn("patient-a", { path: "/messages" });
  const places = () =>
    ana
      .getByRole("list", { name: "Conversations" })
      .getByRole("link")
      .evaluateAll((links) => links.map((link) => link.getAttribute("data-conversation")));
  const above = async (one: string, other: string) => {
    const all = await places();
    return all.indexOf(one) < all.indexOf(other);
  };
  await expect(rowOf(ana, older.id)).toBeVisible();
  // Another one is above it.
  await rowOf(ana, older.id).focus();
  expect(await above(newer.id, older.id)).toBe(true);
  // Its own news moves it.
  await say("clinician-a", older.id, "One more thing.");
  await expect.poll(() => above(older.id, newer.id), SOON).toBe(true);
  await expect(rowOf(ana, older.id)).toBeFocused();
  // Another's news moves that one.
  await say("clinician-a", newer.id, "And here.");
  await expect.poll(() => above(newer.id, older.id), SOON).toBe(true);
  await expect(rowOf(ana, older.id)).toBeFocused();
  await expect(rowOf(ana, older.id)).toHaveAccessibleName(/^Unread Sorted/);
  await ana.keyboard.press("Enter");
  await expect(ana.getByRole("heading", { level: 2 })).toHaveText(older.title);
});

test("a dialog keeps the focus until it is closed, and gives it back", async ({ signedIn }) => {
  const clara = await signedIn("clinician-a", { path: `/patients/${patientId("patient-a")}/chat` });
  const plus = clara.getByRole("button", { name: "New conversation" });
  await plus.focus();
  await clara.keyboard.press("Enter");
  const dialog = clara.getByRole("dialog", { name: "New conversation" });
  const [title, cancel, create] = [
    dialog.getByLabel("Title"),
    dialog.getByRole("button", { name: "Cancel" }),
    dialog.getByRole("button", { name: "Create" }),
  ];
  await expect(title).toBeFocused();
  await clara.keyboard.type(uniqueTitle("Dialog"));
  for (const next of [cancel, create, title, cancel]) {
    await clara.keyboard.press("Tab");
    await expect(next).toBeFocused();
  }
  await clara.keyboard.press("Shift+Tab");
  await clara.keyboard.press("Shift+Tab");
  await expect(create).toBeFocused();
  // The page under it is hidden from screen readers too.
  await expect(clara.locator("#app")).toHaveAttribute("inert", "");
  await clara.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(plus).toBeFocused();
});

test("reopening from the notice moves the focus to the box; archiving and reopening an encounter keep the focus on their button", async ({
  signedIn,
}) => {
  const { id, encounterId } = await begunConversation(uniqueTitle("Reopened"));
  await (await api("clinician-a")).setStatus(id, "closed");
  const ana = await signedIn("patient-a", { path: `/messages/${id}` });
  await ana.getByRole("button", { name: "Reopen" }).focus();
  await ana.keyboard.press("Enter");
  await expect(ana.locator(".state")).toHaveText("Open");
  await expect(box(ana)).toBeFocused();
  const clara = await signedIn("clinician-a", { path: `/patients/${patientId("patient-a")}/encounters/${encounterId}` });
  await clara.getByRole("button", { name: "Archive and Close" }).focus();
  await clara.keyboard.press("Enter");
  await tabTo(clara, clara.getByRole("alertdialog").getByRole("button", { name: "Archive and Close" }), "Tab", 3);
  await clara.keyboard.press("Enter");
  await expect(clara.getByRole("button", { name: "Reopen" })).toBeFocused();
  await clara.keyboard.press("Enter");
  await expect(clara.getByRole("button", { name: "Archive and Close" })).toBeFocused();
});

test("an image is opened and closed by keyboard", async ({ signedIn }) => {
  const { id } = await begunConversation(uniqueTitle("Picture"));
  const ana = await signedIn("patient-a", { path: `/messages/${id}` });
  await ana.locator('input[type="file"]').setInputFiles(photo("arm.png"));
  await expect(ana.getByText("Ready to send")).toBeVisible();
  await box(ana).focus();
  await ana.keyboard.press("Enter");
  const thumbnail = ana.getByRole("button", { name: "Show the image in full size" });
  await expect(thumbnail).toBeVisible({ timeout: 30_000 });
  await tabTo(ana, thumbnail, "Shift+Tab", 3);
  await ana.keyboard.press("Enter");
  const dialog = ana.getByRole("dialog", { name: "Attached image" });
  await expect(dialog).toBeVisible();
  await ana.keyboard.press("Tab");
  await expect(dialog.getByRole("button", { name: "Close" })).toBeFocused();
  await ana.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(thumbnail).toBeFocused();
});

test("a task is ticked off by keyboard, and the focus moves to the next", async ({ signedIn }) => {
  const clara = await signedIn("clinician-a", { path: "/patients" });
  // Three tasks made here, so that no other test's are ticked off.
  const task = (number: number): Task => ({
    id: `01900000-0000-7000-8000-00000000090${number}`,
    conversationId: `01900000-0000-7000-8000-00000000091${number}`,
    patientId: patientId("patient-a"),
    patientName: "Ana Patient",
    title: `Task ${number}`,
    pool: "clinic",
    status: "requested",
    openedByNumber: 1,
    createdAt: "2026-01-01T08:00:00Z",
  });
  let tasks = [task(1), task(2), task(3)];
  await clara.route("**/api/tasks?*", (route) => route.fulfill(answer("list-tasks", 200, { items: tasks, nextCursor: null })));
  await clara.route("**/api/tasks/*", async (route) => {
    const [done] = tasks.filter(({ id }) => route.request().url().endsWith(id));
    tasks = tasks.filter((one) => one !== done);
    await route.fulfill(done ? answer("update-task", 200, { ...done, status: "completed" }) : problem("update-task", 404, "not-found"));
  });
  const tick = (number: number) => clara.getByRole("checkbox", { name: `Complete: Task ${number}, Ana Patient` });
  await clara.getByRole("link", { name: "Tasks", exact: true }).click();
  await expect(tick(1)).toBeVisible();
  await tick(2).focus();
  await clara.keyboard.press("Space");
  await expect(tick(2)).toBeHidden();
  await expect(tick(3)).toBeFocused();
  await clara.keyboard.press("Space");
  await expect(tick(3)).toBeHidden();
  await expect(tick(1)).toBeFocused();
  await clara.keyboard.press("Space");
  await expect(clara.getByText("No tasks match these filters.")).toBeVisible();
  await expect(clara.getByRole("heading", { level: 1 })).toBeFocused();
});

test("lock, envelope, paperclip and plus have names and pressed states", async ({ signedIn }) => {
  const { id } = await begunConversation(uniqueTitle("Named"));
  const ana = await signedIn("patient-a", { path: `/messages/${id}` });
  await expect(envelope(ana)).toHaveAttribute("aria-pressed", "false");
  await expect(lock(ana)).toHaveAttribute("aria-pressed", "false");
  await expect(ana.getByRole("link", { name: "New conversation" })).toBeVisible();
  await expect(ana.getByRole("button", { name: "Attach images" })).toBeEnabled();
  // A pressed button has another icon, not only another colour.
  const picture = (button: Locator) => button.locator("path").getAttribute("d");
  const [open, read] = [await picture(lock(ana)), await picture(envelope(ana))];
  await envelope(ana).click();
  await expect(envelope(ana)).toHaveAttribute("aria-pressed", "true");
  expect(await picture(envelope(ana))).not.toBe(read);
  await lock(ana).click();
  await expect(lock(ana)).toHaveAttribute("aria-pressed", "true");
  expect(await picture(lock(ana))).not.toBe(open);
  await expect(ana.getByRole("button", { name: "Attach images" })).toBeDisabled();
  // Hovering shows its name.
  const tip = (button: Locator) => button.locator("..").evaluate((element) => getComputedStyle(element, "::after").visibility);
  await lock(ana).hover();
  await expect.poll(() => tip(lock(ana))).toBe("visible");
});

test("news is read out while the reader is at the end, and only then", async ({ signedIn }) => {
  const { id } = await begunConversation(uniqueTitle("Spoken"));
  const clara = await api("clinician-a");
  for (let line = 1; line <= 12; line += 1) {
    await say("clinician-a", id, `Line ${line}\nof a long letter\nthat fills\nthe page`);
  }
  const ana = await signedIn("patient-a", { path: `/messages/${id}` });
  await expect(log(ana)).toHaveAttribute("aria-live", "polite");
  await expect(log(ana)).toHaveAttribute("aria-relevant", "additions");
  await say("clinician-a", id, "While she reads the end");
  await expect(log(ana).getByRole("article", { name: "Message from Clara Clinician" }).last()).toContainText(
    "While she reads the end",
    SOON,
  );
  await ana.getByRole("region", { name: "Messages of this conversation" }).focus();
  await ana.keyboard.press("Home");
  await expect(log(ana)).toHaveAttribute("aria-live", "off");
  await say("clinician-a", id, "While she reads the beginning");
  await expect(ana.getByRole("status").filter({ hasText: "New messages" })).toHaveCount(1, SOON);
  await expect(log(ana).getByText("Line 1", { exact: false }).first()).toBeInViewport();
  await ana.getByRole("button", { name: "New messages" }).press("Enter");
  await expect(log(ana).getByText("While she reads the beginning")).toBeInViewport();
  await expect.poll(async () => (await (await api("patient-a")).conversation(id)).unread, SOON).toBe(false);
  expect((await clara.conversation(id)).status).toBe("open");
});

test("unread is shown by words and weight, with the system's colours too", async ({ signedIn }) => {
  const { id } = await begunConversation(uniqueTitle("Unread"));
  const read = await begunConversation(uniqueTitle("Read"));
  await (await api("patient-a")).markRead(read.id, 1);
  const ana = await signedIn("patient-a", { path: "/messages" });
  await expect(rowOf(ana, id)).toHaveAccessibleName(/^Unread /);
  await expect(rowOf(ana, read.id)).toHaveAccessibleName(/^Read /);
  await expect(rowOf(ana, id).locator(".row-title")).toHaveCSS("font-weight", "700");
  await expect(rowOf(ana, read.id).locator(".row-title")).toHaveCSS("font-weight", "400");
  for (const colorScheme of ["light", "dark"] as const) {
    await ana.emulateMedia({ forcedColors: "active", colorScheme });
    const shade = (locator: Locator) => locator.evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(await shade(rowOf(ana, id).locator(".dot"))).not.toBe(await shade(ana.locator("body")));
    await ana.screenshot({ path: `screenshots/pages/forced-colors-conversations-${colorScheme}.png` });
  }
});

test("with the system's colours, pressed buttons and the current page can still be recognized", async ({ signedIn }) => {
  const { id } = await begunConversation(uniqueTitle("Forced"));
  const ana = await signedIn("patient-a", { path: `/messages/${id}`, browser: { forcedColors: "active" } });
  await expect(lock(ana)).toHaveAttribute("aria-pressed", "false");
  const shade = (locator: Locator) => locator.evaluate((element) => getComputedStyle(element).backgroundColor);
  await expect(ana.getByRole("link", { name: "Conversations", exact: true })).toHaveCSS("outline-style", "solid");
  await expect(rowOf(ana, id)).toHaveCSS("outline-style", "solid");
  await lock(ana).click();
  await expect(lock(ana)).toHaveAttribute("aria-pressed", "true");
  expect(await shade(lock(ana))).not.toBe(await shade(envelope(ana)));
  await ana.screenshot({ path: "screenshots/pages/forced-colors-conversation.png" });
});

test("nothing moves for users who prefer reduced motion", async ({ signedIn }) => {
  const { id } = await begunConversation(uniqueTitle("Still"));
  const ana = await signedIn("patient-a", { path: `/messages/${id}`, browser: { reducedMotion: "reduce" } });
  await expect(lock(ana)).toBeVisible();
  const moving = () =>
    ana.evaluate(() =>
      [...document.querySelectorAll("*")]
        .filter((element) => {
          const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element);
          return (
            transitionDuration.split(", ").some((one) => parseFloat(one) > 0) || animationName !== "none" || scrollBehavior === "smooth"
          );
        })
        .map((element) => element.className),
    );
  expect(await moving()).toEqual([]);
  await ana.emulateMedia({ reducedMotion: "no-preference" });
  expect(await moving()).not.toEqual([]);
});
