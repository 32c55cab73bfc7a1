// What clinicians do: the tasklist, finding a patient, the chart with its conversations, the encounter; what a reload keeps; and
// what the patient's access log shows of it.
import type { Page as Tab } from "@playwright/test";
import type { Page, Task } from "../../src/api/types.ts";
import { answer, problem } from "../support/contract.ts";
import { expect, test } from "./support/fixtures.ts";
import { api, begunConversation, say, uniqueTitle } from "./support/people.ts";
import { patientId, type Person } from "./support/stack.ts";
import { findTask, toConversation } from "./support/tasks.ts";

const chartOf = (patient: Person) => `/patients/${patientId(patient)}`;
const row = (page: Tab, id: string) => page.getByRole("listitem").filter({ has: page.locator(`a[href$="/chat/${id}"]`) });

/** What the stream does takes a while. */
const LATER = { timeout: 20_000 };

/** A patient asks; resolves when the clinic has a task for it. */
async function question(patient: Person = "patient-a") {
  const conversation = await begunConversation(uniqueTitle("Question"), patient);
  await say(patient, conversation.id, "Is 5.3 too high?");
  await expect.poll(() => taskOf(conversation.id), LATER).toBeDefined();
  return conversation;
}

async function taskOf(conversationId: string, status: "requested" | "in-progress" | "completed" = "requested") {
  const clara = await api("clinician-a");
  let cursor: string | undefined;
  do {
    const page = await clara.tasks({ status, limit: 100 }, cursor);
    const task = page.items.find((one) => one.conversationId === conversationId);
    if (task) {
      return task;
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return undefined;
}

test.describe("the tasklist", () => {
  test("a task is taken, shows whose it is, is among mine, and is ticked off", async ({ signedIn }) => {
    test.setTimeout(120_000);
    const { id, title } = await question();
    const clara = await signedIn("clinician-a", { path: "/tasks" });
    await findTask(clara, id);
    await row(clara, id).getByRole("button", { name: "Take" }).click();
    await expect(row(clara, id)).toBeHidden();

    await clara.getByLabel("Status").selectOption("In progress");
    await clara.getByLabel("Mine only").check();
    await findTask(clara, id);
    await expect(row(clara, id)).toContainText("Clara Clinician is working on it");
    const carl = await signedIn("clinician-b", { path: "/tasks" });
    await carl.getByLabel("Status").selectOption("In progress");
    await findTask(carl, id);
    await carl.getByLabel("Mine only").check();
    await expect(row(carl, id)).toBeHidden();

    await row(clara, id)
      .getByRole("checkbox", { name: `Complete: ${title}, Ana Patient` })
      .click();
    await expect(row(clara, id)).toBeHidden();
    await clara.getByLabel("Mine only").uncheck();
    await clara.getByLabel("Status").selectOption("Completed");
    await findTask(clara, id);
    await expect(row(clara, id)).toContainText("completed by Clara Clinician");
    await expect(row(clara, id).getByRole("checkbox")).toBeDisabled();
    expect((await taskOf(id, "completed"))?.completedBy?.name).toBe("Clara Clinician");
  });

  test("the bubble shows on hover and on focus, and opens the conversation", async ({ signedIn }) => {
    const { id, title } = await question("patient-b");
    const clara = await signedIn("clinician-a", { path: "/tasks" });
    await findTask(clara, id);
    const bubble = toConversation(clara, id);
    await expect(bubble).toHaveAccessibleName(`Open the chat: ${title}, Ben Patient`);
    await clara.getByRole("heading", { level: 1 }).hover();
    await expect(bubble).toHaveCSS("opacity", "0");
    await row(clara, id).hover();
    await expect(bubble).toHaveCSS("opacity", "1");
    await clara.getByRole("heading", { level: 1 }).hover();
    await expect(bubble).toHaveCSS("opacity", "0");
    await row(clara, id).getByRole("checkbox").focus();
    await expect(bubble).toHaveCSS("opacity", "1");
    await clara.keyboard.press("Tab");
    await expect(bubble).toBeFocused();
    await clara.keyboard.press("Enter");
    await expect(clara.getByRole("heading", { level: 1 })).toHaveText("Ben Patient");
    await expect(clara.getByRole("log").getByText("Is 5.3 too high?")).toBeVisible();
  });

  test("it counts the tasks of a filter, and updates without reloading", async ({ signedIn }) => {
    await question();
    const clara = await signedIn("clinician-a", { path: "/patients" });
    const counted = clara.locator(".count");
    // The API's own answer, cut to less than a page.
    await clara.route("**/api/tasks?*", async (route) => {
      const { items } = (await (await route.fetch()).json()) as Page<Task>;
      await route.fulfill(answer("list-tasks", 200, { items: items.slice(0, few), nextCursor: null }));
    });
    let few = 1;
    await clara.getByRole("link", { name: "Tasks", exact: true }).click();
    await expect(counted).toHaveText("1 task");
    await expect(clara.locator(".task")).toHaveCount(1);
    few = 0;
    await expect(counted).toHaveText("0 tasks", LATER);
    await expect(clara.getByText("No tasks match these filters.")).toBeVisible();
  });

  test("another pool has its own tasks", async ({ signedIn }) => {
    await question();
    const clara = await signedIn("clinician-a", { path: "/tasks" });
    await expect(clara.locator(".task").first()).toBeVisible();
    await clara.getByLabel("Pool").fill("laboratory");
    await expect(clara.getByText("No tasks match these filters.")).toBeVisible();
    await clara.getByLabel("Pool").fill("clinic");
    await expect(clara.locator(".task").first()).toBeVisible();
  });

  test("a task that could not be changed stays, says so, and can be tried again", async ({ signedIn }) => {
    const { id } = await question();
    const clara = await signedIn("clinician-a", { path: "/tasks" });
    await findTask(clara, id);
    await clara.route("**/api/tasks/*", (route) => route.fulfill(problem("update-task", 503, "busy", {}, { "retry-after": "0" })));
    await row(clara, id).getByRole("button", { name: "Take" }).click();
    await expect(clara.getByRole("alert")).toContainText("The task was not changed.", LATER);
    await expect(row(clara, id)).toBeVisible();
    await clara.unrouteAll();
    await clara.getByRole("alert").getByRole("button", { name: "Try again" }).click();
    await expect(row(clara, id)).toBeHidden();
    await expect.poll(async () => (await taskOf(id, "in-progress"))?.owner).toBe("clinician-a");
  });
});

for (const [what, typed] of [
  ["name", "ana pat"],
  ["birth date", "1984-03-12"],
  ["record number", "MRN-100001"],
] as const) {
  test(`a patient is found by ${what}`, async ({ signedIn }) => {
    const clara = await signedIn("clinician-a", { path: "/patients" });
    await clara.getByRole("searchbox", { name: "Name, birth date or record number" }).fill(typed);
    await expect(clara.getByRole("status").getByText("1 patient found")).toBeVisible();
    const found = clara.getByRole("main").getByRole("listitem");
    await expect(found).toContainText("Born Mar 12, 1984 · Record MRN-100001");
    await found.getByRole("link", { name: "Ana Patient" }).click();
    await expect(clara.getByRole("heading", { level: 1 })).toHaveText("Ana Patient");
    await expect(clara.getByRole("link", { name: /^Chat/ })).toHaveAttribute("aria-current", "page");
  });
}

test("an unknown patient is not found", async ({ signedIn }) => {
  const clara = await signedIn("clinician-a", { path: "/patients" });
  await clara.getByRole("searchbox").fill("Nemo Nobody");
  await expect(clara.getByRole("status").getByText("0 patients found")).toBeVisible();
});

test("a conversation that a patient wrote in has a red dot, in the list and on the tab, until it is opened", async ({ signedIn }) => {
  const { id } = await begunConversation(uniqueTitle("Dot"));
  const clara = await signedIn("clinician-a", { path: `${chartOf("patient-a")}/chat` });
  const conversation = clara.locator(`.row[href$="/chat/${id}"]`);
  await expect(conversation).toBeVisible();
  await expect(conversation.locator(".dot")).toBeHidden();
  await say("patient-a", id, "It itches again.");
  await expect(conversation.locator(".dot")).toHaveText("Unread", LATER);
  await expect(clara.getByRole("link", { name: "Chat Unread" })).toBeVisible();
  await expect(clara.locator(".tabs .dot")).toHaveCSS("background-color", "rgb(179, 38, 30)");
  await conversation.click();
  await expect(clara.getByRole("log").getByText("It itches again.")).toBeVisible();
  await expect(conversation.locator(".dot")).toBeHidden();
});

test("plus asks for a title, and Create begins the conversation, once", async ({ signedIn }) => {
  const title = uniqueTitle("Vaccination");
  const clara = await signedIn("clinician-a", { path: `${chartOf("patient-b")}/chat` });
  const plus = clara.getByRole("button", { name: "New conversation" });
  await plus.click();
  const dialog = clara.getByRole("dialog", { name: "New conversation" });
  await expect(dialog.getByLabel("Title")).toBeFocused();
  await expect(dialog.getByRole("button", { name: "Create" })).toBeDisabled();
  await dialog.getByLabel("Title").fill(title);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(plus).toBeFocused();
  // What was typed is still there; and after a lost answer, creating again begins no second conversation.
  await plus.click();
  await expect(dialog.getByLabel("Title")).toHaveValue(title);
  let lost = 0;
  await clara.route("**/api/patients/*/conversations", async (route) => {
    if (route.request().method() === "POST" && lost++ === 0) {
      await route.fetch();
      await route.abort("connectionreset");
    } else {
      await route.fallback();
    }
  });
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(dialog.getByRole("alert")).toContainText("The conversation was not created. There is no connection");
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(dialog).toBeHidden();
  await expect(clara.getByRole("heading", { level: 2 })).toHaveText(title);
  await expect(clara.getByText("No messages yet.")).toBeVisible();
  expect(lost).toBe(2);
  const found = async () => (await (await api("clinician-a")).conversations(patientId("patient-b"), { q: title })).items.length;
  await expect.poll(found, LATER).toBe(1);
});

test.describe("an encounter", () => {
  test("shows type, status and history, takes orders and documents, is archived, closed and reopened", async ({ signedIn }) => {
    test.setTimeout(120_000);
    const { id, title, encounterId } = await begunConversation(uniqueTitle("Encounter"));
    const clara = await signedIn("clinician-a", { path: `${chartOf("patient-a")}/chat/${id}` });
    await clara.getByRole("link", { name: "Encounter", exact: true }).click();
    await expect(clara).toHaveURL(new RegExp(`/encounters/${encounterId}$`));
    await expect(clara.getByRole("heading", { level: 2, name: "Results" })).toBeVisible();
    const status = clara.getByRole("definition").first();
    await expect(status).toHaveText("In progress");
    const history = clara.getByRole("region", { name: "Status history" }).getByRole("listitem");
    await expect(history).toHaveText([/^In progress: .+ – now \(Clara Clinician\)$/]);

    const orders = clara.getByRole("region", { name: "Orders" });
    await expect(orders.getByRole("button", { name: "Add the order" })).toBeDisabled();
    await orders.getByLabel("New order").fill("Potassium in serum, fasting");
    await orders.getByLabel("New order").press("Enter");
    await expect(orders.getByRole("listitem")).toHaveText(["Potassium in serum, fasting"]);
    await expect(orders.getByLabel("New order")).toHaveValue("");

    const documents = clara.getByRole("region", { name: "Linked documents" });
    await documents.getByLabel("Document title").fill("The laboratory’s report");
    await documents.getByLabel("Document address (https)").fill("http://lab.example.org/reports/4711");
    await documents.getByRole("button", { name: "Link the document" }).click();
    await expect(documents.getByRole("alert")).toContainText("It was not saved.");
    await expect(documents.getByRole("alert")).toContainText("It was not accepted as it is.");
    await expect(documents.getByLabel("Document address (https)")).toHaveValue("http://lab.example.org/reports/4711");
    await documents.getByLabel("Document address (https)").fill("https://lab.example.org/reports/4711");
    await documents.getByRole("button", { name: "Link the document" }).click();
    const link = documents.getByRole("link", { name: "The laboratory’s report" });
    await expect(link).toHaveAttribute("href", "https://lab.example.org/reports/4711");
    await expect(link).toHaveAttribute("rel", /noopener/);
    await expect(documents.getByRole("alert")).toBeHidden();

    // It asks first, and Cancel changes nothing.
    const finish = clara.getByRole("button", { name: "Archive and Close" });
    const dialog = clara.getByRole("alertdialog", { name: "Archive and Close" });
    await finish.click();
    await expect(dialog).toContainText("closes its conversation");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(dialog).toBeHidden();
    await expect(status).toHaveText("In progress");
    await finish.click();
    await dialog.getByRole("button", { name: "Archive and Close" }).click();
    await expect(status).toHaveText("FinishedArchived");
    await expect(history).toHaveText([/^In progress: .+ – [^n]/, /^Finished: .+ – now \(Clara Clinician\)$/]);
    await expect(orders.getByLabel("New order")).toBeHidden();
    await expect(orders.getByText("The encounter is finished. Reopen it to add something.")).toBeVisible();

    // Its conversation is closed with it; reopening the conversation there reopens the encounter here.
    await clara.getByRole("link", { name: "Open the chat" }).click();
    await expect(clara.getByRole("heading", { level: 2 })).toHaveText(title);
    await expect(clara.locator(".state")).toHaveText("Closed", LATER);
    await clara.getByRole("link", { name: "Encounter", exact: true }).click();
    await clara.getByRole("button", { name: "Reopen" }).click();
    await expect(status).toHaveText("In progress");
    await expect(history).toHaveCount(3);
    await expect(orders.getByRole("listitem")).toHaveText(["Potassium in serum, fasting"]);
    await clara.getByRole("link", { name: "Open the chat" }).click();
    await expect(clara.locator(".state")).toHaveText("Open", LATER);
  });

  test("an order that was typed but not added survives a reload, and the way to the conversation and back", async ({ signedIn }) => {
    const { id, encounterId } = await begunConversation(uniqueTitle("Kept"));
    const clara = await signedIn("clinician-a", { path: `${chartOf("patient-a")}/encounters/${encounterId}` });
    const [order, title] = [clara.getByLabel("New order"), clara.getByLabel("Document title")];
    await order.fill("Creatinine");
    await title.fill("The referral");
    await clara.reload();
    await expect(order).toHaveValue("Creatinine");
    await expect(title).toHaveValue("The referral");
    await clara.getByRole("link", { name: "Open the chat" }).click();
    await expect(clara).toHaveURL(new RegExp(`/chat/${id}$`));
    await clara.getByRole("link", { name: "Encounter", exact: true }).click();
    await expect(order).toHaveValue("Creatinine");
    await clara.getByRole("button", { name: "Add the order" }).click();
    await expect(clara.getByRole("region", { name: "Orders" }).getByRole("listitem")).toHaveText(["Creatinine"]);
    await clara.reload();
    await expect(clara.getByRole("region", { name: "Orders" }).getByRole("listitem")).toHaveText(["Creatinine"]);
    await expect(order).toHaveValue("");
  });

  test("the list of encounters leads to each, with its state", async ({ signedIn }) => {
    const { encounterId } = await begunConversation(uniqueTitle("Listed"));
    await (await api("clinician-a")).setEncounterStatus(encounterId, "finished");
    const clara = await signedIn("clinician-a", { path: `${chartOf("patient-a")}/chat` });
    await clara.getByRole("link", { name: "Encounters" }).click();
    const link = clara.locator(`a[href$="/encounters/${encounterId}"]`);
    await expect(clara.getByRole("region", { name: "Encounters" }).getByRole("listitem").filter({ has: link })).toContainText("Archived");
    await link.click();
    await expect(clara.getByRole("button", { name: "Reopen" })).toBeVisible();
  });
});

for (const [app, person] of [
  ["portal", "patient-b"],
  ["clinic", "clinician-b"],
] as const) {
  test(`notification preferences are kept by the ${app}, and what is wrong is shown at its field`, async ({ signedIn }) => {
    const page = await signedIn(person, { path: "/notifications" });
    const [email, sms] = [page.getByLabel("Email address"), page.getByLabel("Mobile number")];
    const address = `${uniqueTitle("x").replace(" ", "-")}@example.org`;
    await email.fill(address);
    await sms.fill("no number");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("alert")).toContainText("It was not saved.");
    await expect(sms).toHaveAttribute("aria-invalid", "true");
    await expect(sms).toHaveAccessibleDescription(/.+/);
    await expect(email).toHaveAttribute("aria-invalid", "false");
    await page.reload();
    await expect(email).toHaveValue(address);
    await expect(sms).toHaveValue("no number");
    await sms.fill("+1 (415) 555-0100");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    await expect(sms).toHaveValue("+14155550100");
    expect((await (await api(person)).contact()).email).toBe(address);
    // Without an address there are no notifications.
    await email.fill("");
    await sms.fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await expect.poll(async () => (await (await api(person)).contact()).email ?? "none").toBe("none");
  });
}

test("the patient's access log shows what Clara did", async ({ signedIn }) => {
  // Ben's log: fewer tests write to it.
  const { id, encounterId } = await begunConversation(uniqueTitle("Traced"), "patient-b");
  const clara = await signedIn("clinician-a", { path: `${chartOf("patient-b")}/chat/${id}` });
  await expect(clara.getByRole("log").getByText("How are you today?")).toBeVisible();
  await clara.getByRole("button", { name: "Lock conversation" }).click();
  await expect(clara.locator(".state")).toHaveText("Closed");
  const ben = await signedIn("patient-b", { path: "/access-log" });
  const rows = ben.getByRole("table").getByRole("row");
  for (const action of ["Closed a conversation", "Read a conversation", "Wrote a message", "Began a conversation"]) {
    await expect(rows.filter({ hasText: action }).filter({ hasText: "Clara Clinician" }).first()).toBeVisible();
  }
  await expect(rows.nth(1).getByRole("time")).toHaveAttribute("datetime", /^2\d{3}-/);
  // A patient sees who did what, never from which machine.
  const logged = (await (await api("patient-b")).accessLog(patientId("patient-b"))).items;
  const own = logged.filter(({ conversationId, encounterId: of }) => conversationId === id || of === encounterId);
  expect(own.map(({ action }) => action)).toContain("close-conversation");
  expect(own.every(({ source }) => source === null || source === undefined)).toBe(true);
});
