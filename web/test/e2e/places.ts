// Every page and state of both apps, as data: whose it is, how to get there, and what shows that one is there.
import type { Locator, Page } from "@playwright/test";
import { problem } from "../support/contract.ts";
import { photo } from "./support/images.ts";
import { box, log } from "./support/messages.ts";
import { api, begunConversation, say, uniqueTitle } from "./support/people.ts";
import { patientId, type Person } from "./support/stack.ts";

export interface Place {
  /** What its pictures are called. */
  name: string;
  /** Who is signed in; an app's name for nobody. */
  who: Person | "portal" | "clinic";
  /** Sets the scene, and says where in the app it is. */
  path?: () => string | Promise<string>;
  language?: "es";
  /** What is done there. */
  then?: (page: Page) => Promise<void>;
  /** What is there only then. */
  shows: (page: Page) => Locator;
  /** What a screen reader is told there, as an ARIA snapshot of the whole page. */
  aria?: string;
}

const chart = `/patients/${patientId("patient-a")}`;

/** A conversation that the clinic began and the patient answered, with the clinic's reply. */
async function heldConversation(what: string) {
  const conversation = await begunConversation(
    uniqueTitle(what),
    "patient-a",
    "Your results are back. Everything is in the usual range but potassium.",
  );
  await say("patient-a", conversation.id, "Thank you! Is 5.3 too high?");
  await say("clinician-a", conversation.id, "Slightly. Please come on Tuesday, fasting, and we will measure it again.");
  return conversation;
}

const inPortal = async (what = "Potassium") => `/messages/${(await heldConversation(what)).id}`;
const inChart = async (what = "Potassium") => `${chart}/chat/${(await heldConversation(what)).id}`;
const inEncounter = async (what = "Potassium") => `${chart}/encounters/${(await heldConversation(what)).encounterId}`;

async function closedConversation(): Promise<string> {
  const { id } = await heldConversation("Potassium");
  await (await api("clinician-a")).setStatus(id, "closed");
  return `/messages/${id}`;
}

async function finishedEncounter(): Promise<string> {
  const { id, encounterId } = await heldConversation("Potassium");
  const clara = await api("clinician-a");
  await clara.addOrder(encounterId, { text: "Potassium in serum, fasting, on Tuesday" });
  await clara.linkDocument(encounterId, { title: "Report of the laboratory", url: "https://lab.example.org/reports/4711" });
  await clara.setEncounterStatus(encounterId, "finished");
  // The pages show what the stream has brought to the conversation.
  await clara.conversation(id);
  return `${chart}/encounters/${encounterId}`;
}

async function sendImage(page: Page): Promise<void> {
  await page.locator('input[type="file"]').setInputFiles(photo("arm.png"));
  await page.getByText("Ready to send").waitFor();
  await box(page).fill("This is how it looks today.");
  await box(page).press("Enter");
  await thumbnail(page).waitFor({ timeout: 30_000 });
}

const thumbnail = (page: Page) => page.getByRole("button", { name: "Show the image in full size" });
const form = "/messages/new/01900000-0000-7000-8000-000000000101";

async function fillForm(page: Page): Promise<void> {
  await page.getByLabel("Which result is it about?").fill("Potassium");
  await page.getByLabel("Blood test").check();
  await page.getByLabel("What would you like to know?").fill("Is 5.3 too high?");
}

/** How the API refuses an answer that is too long. */
const invalidAnswer = problem("create-conversation", 422, "invalid-value", {
  errors: [{ linkId: "result", pointer: "/answers/0/value", detail: "is longer than 500 characters" }],
});

const broken = problem("send-message", 500, "internal-error", {}, { "retry-after": "0" });

const chooseStatus = (status: string) => (page: Page) =>
  page
    .getByLabel("Status")
    .selectOption(status)
    .then(() => undefined);
const search = async (page: Page, q: string) => {
  await page.getByRole("searchbox").fill(q);
};
const rows = (page: Page) => page.getByRole("list", { name: "Conversations" }).getByRole("listitem");

/** The shell of both apps. */
const shell = (places: string[], name: string) => `
  - link "Skip to the content"
  - banner:
    - navigation "Main":
${places.map((place) => `      - link "${place}"`).join("\n")}
    - combobox "Language"
    - text: ${name}
    - button "Sign out"`;
const portalShell = shell(["Conversations", "Notifications", "Who opened my messages"], "Ana Patient");
const clinicShell = shell(["Tasks", "Patients", "Notifications"], "Clara Clinician");

/** A conversation's head, log and composer: the name of the other side, and what is under the title. */
const conversationOf = (there: string, here = "") => `
    - region /Potassium \\w+/:
      - heading /Potassium \\w+/ [level=2]${here}
      - text: Open
      - button "Lock conversation"
      - button "Mark as unread"
      - region "Messages of this conversation":
        - log "Messages":
          - article "Message from ${there}"
          - article "Message from You"
      - form "New message":
        - button "Attach images"
        - textbox "Message"
        - button "Send" [disabled]
        - paragraph: Press Enter to send, Shift+Enter for a new line.`;

export const PLACES: Place[] = [
  {
    name: "portal-welcome",
    who: "portal",
    shows: (page) => page.getByRole("button", { name: "Sign in" }),
    aria: `
  - main:
    - heading "Message Center" [level=1]
    - paragraph: Sign in to read and write messages.
    - button "Sign in"
    - combobox "Language"`,
  },
  {
    name: "portal-conversations",
    who: "patient-a",
    path: async () => {
      await heldConversation("Potassium");
      return "/messages";
    },
    shows: (page) => rows(page).nth(1),
    aria: `${portalShell}
  - main:
    - heading "Conversations" [level=1]
    - region "Conversations":
      - searchbox "Search conversations"
      - link "New conversation"
      - link "Send a message"
      - list "Conversations":
        - listitem:
          - link /Clara|Slightly|\\w+/
    - paragraph: Choose a conversation.`,
  },
  {
    name: "portal-conversation",
    who: "patient-a",
    path: inPortal,
    shows: (page) => log(page).getByText("Please come on Tuesday"),
    aria: `${portalShell}
  - main:
    - heading "Conversations" [level=1]
${conversationOf("Clara Clinician").slice(1)}`,
  },
  {
    name: "portal-conversation-closed",
    who: "patient-a",
    path: closedConversation,
    then: (page) => box(page).fill("One more question"),
    shows: (page) => page.getByText("Kept as a draft. Reopen the conversation to send it."),
  },
  { name: "portal-conversation-image", who: "patient-a", path: inPortal, then: sendImage, shows: thumbnail },
  {
    name: "portal-image-full",
    who: "patient-a",
    path: inPortal,
    then: async (page) => {
      await sendImage(page);
      await thumbnail(page).click();
    },
    shows: (page) => page.getByRole("dialog").getByRole("img"),
  },
  {
    name: "portal-images-to-send",
    who: "patient-a",
    path: inPortal,
    then: async (page) => {
      await page
        .locator('input[type="file"]')
        .setInputFiles([photo("left-arm-on-tuesday-morning.png"), { ...photo("letter.pdf"), mimeType: "application/pdf" }]);
      await page.getByText("Ready to send").waitFor();
    },
    shows: (page) => page.getByText("This file type is not supported."),
  },
  {
    name: "portal-message-failed",
    who: "patient-a",
    path: inPortal,
    then: async (page) => {
      await page.route(/\/messages$/, (route) => (route.request().method() === "POST" ? route.fulfill(broken) : route.fallback()));
      await box(page).fill("Does coffee count as fasting?");
      await box(page).press("Enter");
    },
    shows: (page) => log(page).getByText("Not sent"),
  },
  {
    name: "portal-forms",
    who: "patient-a",
    path: () => "/messages/new",
    shows: (page) => page.getByRole("link", { name: "Begin" }).first(),
    aria: `${portalShell}
  - main:
    - link "Back to the conversations"
    - heading "What is it about?" [level=1]
    - list:
      - listitem:
        - heading "Ask about a result" [level=2]
        - paragraph: /A lab result/
        - link "Begin"
      - listitem:
        - heading "Ask about a medication" [level=2]
      - listitem:
        - heading "Something else" [level=2]`,
  },
  {
    name: "portal-form",
    who: "patient-a",
    path: () => form,
    then: fillForm,
    shows: (page) => page.getByRole("button", { name: "Submit" }),
    aria: `${portalShell}
  - main:
    - link "Back to the conversations"
    - heading "Ask about a result" [level=1]
    - paragraph:
      - strong: /Is it urgent\\?/
    - text: Which result is it about?
    - textbox "Which result is it about?"
    - group "What kind of result is it?":
      - radio "Blood test" [checked]
      - radio "Imaging"
    - textbox "What would you like to know?"
    - checkbox "Do you have new symptoms?"
    - button "Submit"`,
  },
  {
    name: "portal-form-errors",
    who: "patient-a",
    path: () => form,
    then: async (page) => {
      await page.route("**/api/patients/*/conversations", (route) =>
        route.request().method() === "POST" ? route.fulfill(invalidAnswer) : route.fallback(),
      );
      await fillForm(page);
      await page.getByRole("button", { name: "Submit" }).click();
    },
    shows: (page) => page.getByText("is longer than 500 characters"),
  },
  {
    name: "portal-search",
    who: "patient-a",
    path: async () => {
      await heldConversation("Potassium");
      return "/messages";
    },
    then: async (page) => {
      await search(page, "potassium tues");
      await page
        .getByRole("status")
        .filter({ hasText: /\d+ conversations? found/ })
        .waitFor();
    },
    shows: (page) => rows(page).locator("mark").first(),
  },
  {
    name: "portal-search-nothing",
    who: "patient-a",
    path: () => "/messages",
    then: (page) => search(page, "unicorns"),
    shows: (page) => page.getByText("No conversation contains all of these words."),
  },
  {
    name: "portal-notifications",
    who: "patient-a",
    path: () => "/notifications",
    shows: (page) => page.getByLabel("Email address"),
    aria: `${portalShell}
  - main:
    - heading "Notifications" [level=1]
    - paragraph: /never include their content/
    - textbox "Email address"
    - textbox "Mobile number"
    - button "Save"`,
  },
  {
    name: "portal-access-log",
    who: "patient-a",
    path: async () => {
      await heldConversation("Potassium");
      return "/access-log";
    },
    shows: (page) => page.getByRole("table").getByText("Clara Clinician").first(),
    aria: `${portalShell}
  - main:
    - heading "Who opened my messages" [level=1]
    - table:
      - rowgroup:
        - row "When Who What they did"
      - rowgroup:
        - row /\\d{4}, .+ (Clara|Carl) Clinician \\w+/`,
  },
  {
    name: "portal-not-found",
    who: "patient-a",
    path: () => "/nowhere",
    shows: (page) => page.getByRole("heading", { name: "Page not found" }),
  },
  {
    name: "portal-conversation-not-found",
    who: "patient-a",
    path: () => "/messages/01900000-0000-7000-8000-0000000000ff",
    shows: (page) => page.getByRole("alert"),
  },
  {
    name: "portal-offline",
    who: "patient-a",
    path: inPortal,
    then: async (page) => {
      await log(page).waitFor();
      await page.context().setOffline(true);
    },
    shows: (page) => page.locator(".banner"),
  },
  {
    name: "portal-spanish",
    who: "patient-a",
    path: inPortal,
    language: "es",
    shows: (page) => page.getByRole("button", { name: "Bloquear la conversación" }),
  },
  { name: "clinic-welcome", who: "clinic", shows: (page) => page.getByRole("button", { name: "Sign in" }) },
  {
    name: "clinic-wrong-account",
    who: "clinic",
    then: async (page) => {
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("button", { name: "(patient-a)" }).click();
    },
    shows: (page) => page.getByText("your account does not work with this app"),
  },
  {
    name: "clinic-tasks-requested",
    who: "clinician-a",
    path: async () => {
      const { id } = await begunConversation(uniqueTitle("Potassium"));
      await say("patient-a", id, "Is 5.3 too high?");
      return "/tasks";
    },
    shows: (page) => page.getByRole("button", { name: "Take" }).first(),
    aria: `${clinicShell}
  - main:
    - heading "Tasks" [level=1]
    - group "Filters":
      - textbox "Pool"
      - combobox "Status":
        - option "Requested" [selected]
      - checkbox "Mine only"
      - status: /\\d+ tasks?/
    - list:
      - listitem:
        - checkbox /Complete. .+/
        - link /Open the chat. .+/
        - button "Take"`,
  },
  {
    name: "clinic-tasks-in-progress",
    who: "clinician-a",
    path: () => "/tasks",
    then: chooseStatus("in-progress"),
    shows: (page) => page.getByRole("status").getByText(/task/),
  },
  {
    name: "clinic-tasks-completed",
    who: "clinician-a",
    path: () => "/tasks",
    then: chooseStatus("completed"),
    shows: (page) => page.getByText(/completed by/).first(),
  },
  {
    name: "clinic-tasks-none",
    who: "clinician-a",
    path: () => "/tasks",
    then: (page) => page.getByLabel("Pool").fill("nobodys"),
    shows: (page) => page.getByText("No tasks match these filters."),
  },
  {
    name: "clinic-patients",
    who: "clinician-a",
    path: () => "/patients",
    then: (page) => search(page, "patient"),
    shows: (page) => page.getByRole("link", { name: "Ben Patient" }),
    aria: `${clinicShell}
  - main:
    - heading "Patients" [level=1]
    - searchbox "Name, birth date or record number"
    - status: /\\d+ patients found/
    - list:
      - listitem:
        - link "Ana Patient"
        - paragraph: Born Mar 12, 1984 · Record MRN-100001
      - listitem:
        - link "Ben Patient"`,
  },
  {
    name: "clinic-chart",
    who: "clinician-a",
    path: inChart,
    shows: (page) => log(page).getByText("Please come on Tuesday"),
    aria: `${clinicShell}
  - main:
    - heading "Ana Patient" [level=1]
    - paragraph: Born Mar 12, 1984 · Record MRN-100001
    - navigation "Chart":
      - link /Chat/
      - link "Encounters"
    - region "Conversations":
      - searchbox "Search conversations"
      - button "New conversation"
      - list "Conversations"
${conversationOf("Ana Patient", '\n      - link "Encounter"').slice(1)}`,
  },
  {
    name: "clinic-new-conversation",
    who: "clinician-a",
    path: () => `${chart}/chat`,
    then: async (page) => {
      await rows(page).first().waitFor();
      await page.getByRole("button", { name: "New conversation" }).click();
      await page.getByLabel("Title").fill("Your flu vaccination");
    },
    shows: (page) => page.getByRole("dialog").getByRole("button", { name: "Create" }),
    aria: `
  - dialog "New conversation":
    - heading "New conversation" [level=2]
    - textbox "Title": Your flu vaccination
    - button "Cancel"
    - button "Create"`,
  },
  {
    name: "clinic-encounters",
    who: "clinician-a",
    path: () => `${chart}/encounters`,
    shows: (page) => page.getByRole("region", { name: "Encounters" }).getByRole("listitem").first(),
  },
  {
    name: "clinic-encounter",
    who: "clinician-a",
    path: inEncounter,
    shows: (page) => page.getByRole("button", { name: "Archive and Close" }),
    aria: `${clinicShell}
  - main:
    - heading "Ana Patient" [level=1]
    - region "Results":
      - heading "Results" [level=2]
      - link "Open the chat"
      - button "Archive and Close"
      - term: Status
      - definition: In progress
      - region "Status history":
        - heading "Status history" [level=3]
        - list:
          - listitem: /In progress. .+ now \\(Clara Clinician\\)/
      - region "Orders":
        - textbox "New order"
      - region "Linked documents":
        - textbox "Document title"
        - textbox "Document address (https)"`,
  },
  {
    name: "clinic-encounter-finished",
    who: "clinician-a",
    path: finishedEncounter,
    shows: (page) => page.getByText("Archived", { exact: true }),
  },
  {
    name: "clinic-confirm",
    who: "clinician-a",
    path: inEncounter,
    then: (page) => page.getByRole("button", { name: "Archive and Close" }).click(),
    shows: (page) => page.getByRole("alertdialog"),
    aria: `
  - alertdialog "Archive and Close":
    - heading "Archive and Close" [level=2]
    - paragraph: /finishes and archives the encounter/
    - button "Cancel"
    - button "Archive and Close"`,
  },
  {
    name: "clinic-spanish",
    who: "clinician-a",
    path: inEncounter,
    language: "es",
    shows: (page) => page.getByRole("button", { name: "Archivar y cerrar" }),
  },
  {
    name: "clinic-notifications",
    who: "clinician-a",
    path: () => "/notifications",
    shows: (page) => page.getByLabel("Email address"),
  },
];
