// The two pictures of the README: the seed's story and a few more questions, which are asked once however often this runs.
// Everything else is left out of the lists, so that a new picture differs from the last one only in its times.
import type { Page as Tab } from "@playwright/test";
import type { Conversation, Page, Questionnaire } from "../../src/api/types.ts";
import seed from "../../../xtask/seed.json" with { type: "json" };
import { success } from "../support/contract.ts";
import { expect, test } from "./support/fixtures.ts";
import { api } from "./support/people.ts";
import { patientId, type Person } from "./support/stack.ts";

const FOLDER = "../docs/pictures";
const LOOKS = { viewport: { width: 1280, height: 720 }, colorScheme: "light", reducedMotion: "reduce" } as const;

/** The seed's forms, by title. */
const form = (title: string): Questionnaire => {
  const found = seed.questionnaires.find((one) => one.title === title);
  if (!found) {
    throw new Error(`the seed has no form ${title}`);
  }
  return found as Questionnaire;
};

/** More questions for the tasklist: by whom, with which form, and the answers. */
const QUESTIONS: [Person, string, Record<string, string | boolean>][] = [
  [
    "patient-b",
    "Ask about a medication",
    { medication: "Metformin", topic: "A side effect", question: "May I take it after dinner?", "taking-it": true },
  ],
  ["patient-a", "Ask about a result", { result: "Potassium", kind: "Blood test", question: "Is 5.3 too high?", "new-symptoms": false }],
  ["patient-b", "Something else", { subject: "Travelling", question: "Which vaccinations do I need for Kenya?" }],
];

/** Asks with an idempotency key of its own: asking again begins nothing. */
async function ask([person, title, answers]: (typeof QUESTIONS)[number], number: number): Promise<Conversation> {
  const { id } = form(title);
  const patient = await api(person);
  const version = (await patient.questionnaires()).find((one) => one.id === id)?.version ?? 1;
  return patient.begin(
    patientId(person),
    { questionnaireId: id, questionnaireVersion: version, answers: Object.entries(answers).map(([linkId, value]) => ({ linkId, value })) },
    `01900000-0000-7000-8000-000000000a0${number}`,
  );
}

/** The seed's conversations of a patient: the oldest of each title. */
async function seeded(person: Person): Promise<Conversation[]> {
  const clara = await api("clinician-a");
  const all: Conversation[] = [];
  let cursor: string | undefined;
  do {
    const page = await clara.conversations(patientId(person), { cursor, limit: 100 });
    all.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  const titles = seed.conversations.filter(({ patient }) => patient === person).map(({ begin }) => titleOf(begin));
  return titles.map((title) => {
    const [oldest] = all.filter((one) => one.title === title).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    if (!oldest) {
      throw new Error(`the stack has no "${title}": cargo xtask seed`);
    }
    return oldest;
  });
}

const titleOf = (begin: { title?: string; questionnaireId?: string }) =>
  begin.title ?? seed.questionnaires.find(({ id }) => id === begin.questionnaireId)?.title ?? "";

interface Item {
  id: string;
  conversationId?: string;
}

/** Reduces a list to the items of the story. */
async function only(page: Tab, id: "list-conversations" | "list-tasks", isOfStory: (item: Item) => boolean): Promise<void> {
  const path = { "list-conversations": "**/api/patients/*/conversations?*", "list-tasks": "**/api/tasks?*" }[id];
  await page.route(path, async (route) => {
    const items: Item[] = [];
    const url = new URL(route.request().url());
    for (;;) {
      const part = (await (await route.fetch({ url: url.href })).json()) as Page<Item>;
      items.push(...part.items.filter(isOfStory));
      if (!part.nextCursor) {
        await route.fulfill(success(id, { items, nextCursor: null }));
        return;
      }
      url.searchParams.set("cursor", part.nextCursor);
    }
  });
}

test("portal", async ({ signedIn }) => {
  const story = await seeded("patient-a");
  const [, flu, result] = story;
  const ana = await api("patient-a");
  for (const { id, lastNumber } of story) {
    await (id === flu?.id ? ana.markUnread(id) : ana.markRead(id, lastNumber));
  }
  const page = await signedIn("patient-a", { path: "/notifications", browser: LOOKS });
  await only(page, "list-conversations", ({ id }) => story.some((one) => one.id === id));
  await page.getByRole("link", { name: "Conversations", exact: true }).click();
  await page.locator(`[data-conversation="${result?.id ?? ""}"]`).click();
  await expect(page.getByRole("log").getByText("we check again in three months")).toBeVisible();
  await expect(page.getByRole("button", { name: "Mark as unread" })).toHaveAttribute("aria-pressed", "false");
  await expect(page.getByRole("link", { name: /^Unread/ })).toHaveCount(1);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${FOLDER}/portal.png`, animations: "disabled" });
});

test("clinic", async ({ signedIn }) => {
  const story = [...(await seeded("patient-a")), ...(await seeded("patient-b"))];
  for (const [number, question] of QUESTIONS.entries()) {
    story.push(await ask(question, number));
  }
  const page = await signedIn("clinician-a", { path: "/notifications", browser: LOOKS });
  await only(page, "list-tasks", ({ conversationId }) => story.some(({ id }) => id === conversationId));
  await page.getByRole("link", { name: "Tasks", exact: true }).click();
  await expect(page.locator(".task")).toHaveCount(5, { timeout: 30_000 });
  // The bubble is shown on hover.
  await page.locator(".task").nth(1).hover();
  await page.screenshot({ path: `${FOLDER}/clinic.png`, animations: "disabled" });
});
