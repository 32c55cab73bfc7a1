// Large lists stay fast: 1,000 conversations and a conversation of 10,000 messages are loaded a page at a time, each page once,
// and only a window of them is rendered. The API's answers for them are made here and checked against openapi.json; all else is
// real. What is measured are counts (nodes, requests, function calls), never times: they do not depend on the machine.
import type { CDPSession, Page, Route } from "@playwright/test";
import type { Conversation, Entry, Person } from "../../src/api/types.ts";
import { answer } from "../support/contract.ts";
import { expect, test } from "./support/fixtures.ts";
import { patientId } from "./support/stack.ts";

const CONVERSATIONS = 1_000;
const MESSAGES = 10_000;
/** No answer may have more. */
const LARGEST_PAGE = 100;

const person: Record<"patient" | "clinician", Person> = {
  patient: { userId: "patient-a", role: "patient", name: "Ana Patient" },
  clinician: { userId: "clinician-a", role: "clinician", name: "Clara Clinician" },
};
const START = Date.parse("2026-01-01T08:00:00Z");
const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
const idOf = (number: number) => `01900000-0000-7000-8000-${String(number).padStart(12, "0")}`;

function conversation(number: number, { title = `Conversation ${number}`, lastNumber = 3 } = {}): Conversation {
  return {
    id: idOf(number),
    patientId: patientId("patient-a"),
    encounterId: idOf(100_000 + number),
    title,
    status: "open",
    canReply: true,
    lastNumber,
    lastMessageAt: at(CONVERSATIONS - number),
    lastMessagePreview: `The last line of ${number}`,
    unread: number % 7 === 0,
    createdAt: at(0),
    createdBy: person.clinician,
    lockVersion: 0,
  };
}

/** Of one line, or of several. */
function message(number: number): Entry {
  return {
    number,
    kind: "message",
    id: idOf(200_000 + number),
    sender: number % 3 === 0 ? person.patient : person.clinician,
    text: `Message ${number}\n${"and one more line\n".repeat(number % 4)}`.trim(),
    sentAt: at(number),
    attachments: [],
  };
}

/** What was asked for, by its address. */
interface Asked {
  pages: string[];
  limits: number[];
}

/** Answers for a list of conversations. */
async function serveList(page: Page, count: number): Promise<Asked> {
  const asked: Asked = { pages: [], limits: [] };
  await page.route(/\/api\/patients\/[^/]+\/conversations(\?|$)/, (route) => {
    const query = new URL(route.request().url()).searchParams;
    const limit = Number(query.get("limit") ?? "25");
    const from = Number(query.get("cursor") ?? "0");
    asked.pages.push(`from ${from}`);
    asked.limits.push(limit);
    const items = Array.from({ length: Math.min(limit, count - from) }, (_, index) => conversation(from + index + 1));
    return route.fulfill(answer("list-conversations", 200, { items, nextCursor: from + limit < count ? String(from + limit) : null }));
  });
  return asked;
}

/** Answers for a conversation, until a request is held back by `hold`. */
async function serveConversation(page: Page, count: number, hold: () => Promise<void> = () => Promise.resolve()): Promise<Asked> {
  const asked: Asked = { pages: [], limits: [] };
  const head = { ...conversation(1, { title: "A long story", lastNumber: count }), unread: false };
  const entries = async (route: Route) => {
    const query = new URL(route.request().url()).searchParams;
    const limit = Number(query.get("limit") ?? "25");
    const [before, after] = [query.get("before"), query.get("after")];
    if (before !== null) {
      asked.pages.push(`before ${before}`);
      await hold();
    }
    asked.limits.push(limit);
    const first = after !== null ? Number(after) + 1 : Math.max(1, Number(before ?? count + 1) - limit);
    const last = after !== null ? Math.min(count, first + limit - 1) : Math.min(count, Number(before ?? count + 1) - 1);
    const items = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => message(first + index));
    await route.fulfill(answer("list-messages", 200, { items, nextCursor: null }));
  };
  await page.route(`**/api/conversations/${head.id}/messages?*`, entries);
  await page.route(`**/api/conversations/${head.id}`, (route) => route.fulfill(answer("get-conversation", 200, head)));
  return asked;
}

const rows = (page: Page) => page.locator(".rows");
const scroller = (page: Page) => page.getByRole("region", { name: "Messages of this conversation" });

/** Everything that was rendered at some time, and how much at most at once. */
function watch() {
  const seen = new Set<string>();
  let most = 0;
  return {
    note(there: string[]) {
      there.forEach((one) => seen.add(one));
      most = Math.max(most, there.length);
      return seen.size;
    },
    most: () => most,
  };
}

test("1,000 conversations: a window of them rendered, each page loaded once, and scrolled to the last", async ({ signedIn }) => {
  test.setTimeout(180_000);
  const ana = await signedIn("patient-a", { path: "/access-log" });
  const asked = await serveList(ana, CONVERSATIONS);
  await ana.getByRole("link", { name: "Conversations", exact: true }).click();
  await expect(ana.getByText("Conversation 1", { exact: true })).toBeVisible();
  const seen = watch();
  const step = async () =>
    seen.note(
      await rows(ana).evaluate(async (element) => {
        element.scrollTop += element.clientHeight;
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        return [...element.querySelectorAll("[data-conversation]")].map((row) => row.getAttribute("data-conversation") ?? "");
      }),
    );
  await expect.poll(step, { timeout: 120_000, intervals: [1] }).toBe(CONVERSATIONS);
  await expect(ana.getByText("Conversation 1000", { exact: true })).toBeVisible();
  // What fits, and a few above and below.
  expect(seen.most()).toBeLessThan(50);
  // The first page is polled for news; every other one was loaded once.
  const looks = () => asked.pages.filter((one) => one === "from 0").length;
  const before = looks();
  await expect.poll(looks, { timeout: 30_000 }).toBeGreaterThan(before + 1);
  expect(asked.pages.filter((one) => one !== "from 0")).toEqual(Array.from({ length: 9 }, (_, index) => `from ${(index + 1) * 100}`));
  expect(Math.max(...asked.limits)).toBeLessThanOrEqual(LARGEST_PAGE);
  // By keyboard to both ends.
  await rows(ana).getByRole("link").last().focus();
  await ana.keyboard.press("Home");
  await expect(rows(ana).locator(`[data-conversation="${idOf(1)}"]`)).toBeFocused();
  await ana.keyboard.press("End");
  await expect(rows(ana).locator(`[data-conversation="${idOf(CONVERSATIONS)}"]`)).toBeFocused();
});

test("a conversation of 10,000 messages: a window of them rendered, each page loaded once, and scrolled to the first", async ({
  signedIn,
}) => {
  test.setTimeout(300_000);
  const ana = await signedIn("patient-a", { path: "/access-log" });
  await serveList(ana, 10);
  const asked = await serveConversation(ana, MESSAGES);
  await ana.getByRole("link", { name: "Conversations", exact: true }).click();
  await ana.getByText("Conversation 1", { exact: true }).click();
  await expect(ana.getByText("Message 10000", { exact: false })).toBeInViewport();
  expect(asked.pages).toEqual([]);
  const seen = watch();
  const step = async () =>
    seen.note(
      await scroller(ana).evaluate(async (element) => {
        element.scrollTop = 0;
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        return [...element.querySelectorAll("[data-number]")].map((entry) => entry.getAttribute("data-number") ?? "");
      }),
    );
  await expect.poll(step, { timeout: 240_000, intervals: [1] }).toBe(MESSAGES);
  await expect(ana.locator('[data-number="1"]')).toBeAttached();
  await expect(ana.getByRole("button", { name: "Earlier messages" })).toBeHidden();
  expect(seen.most()).toBeLessThanOrEqual(160);
  expect(new Set(asked.pages).size).toBe(asked.pages.length);
  expect(asked.pages).toHaveLength((MESSAGES - 50) / 50);
  expect(Math.max(...asked.limits)).toBeLessThanOrEqual(LARGEST_PAGE);
  // What is known is not loaded again, by scrolling down or by jumping to the end.
  const known = asked.pages.length;
  await expect
    .poll(
      () =>
        scroller(ana).evaluate(async (element) => {
          element.scrollTop = element.scrollHeight;
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          return Number(element.querySelector("article:last-of-type")?.getAttribute("data-number"));
        }),
      { intervals: [1] },
    )
    .toBeGreaterThan(1_000);
  await ana.getByRole("button", { name: "To the newest message" }).click();
  await expect(ana.getByText("Message 10000", { exact: false })).toBeInViewport();
  expect(asked.pages).toHaveLength(known);
});

test("what one reads stays where it is while older messages are added", async ({ signedIn }) => {
  const ana = await signedIn("patient-a", { path: "/access-log" });
  await serveList(ana, 10);
  let arrive: () => void = () => undefined;
  let held = 0;
  const asked = await serveConversation(ana, MESSAGES, () => {
    held += 1;
    return new Promise((resolve) => (arrive = resolve));
  });
  await ana.getByRole("link", { name: "Conversations", exact: true }).click();
  await ana.getByText("Conversation 1", { exact: true }).click();
  await expect(ana.getByText("Message 10000", { exact: false })).toBeInViewport();
  const read = () =>
    scroller(ana).evaluate((element) => {
      const edge = element.getBoundingClientRect().top;
      const entries = [...element.querySelectorAll("[data-number]")];
      const first = entries.find((entry) => entry.getBoundingClientRect().top >= edge);
      return {
        number: first?.getAttribute("data-number") ?? "",
        top: first?.getBoundingClientRect().top ?? 0,
        oldest: Number(entries[0]?.getAttribute("data-number")),
      };
    });
  for (let time = 1; time <= 4; time += 1) {
    await expect
      .poll(
        async () => {
          await scroller(ana).evaluate(async (element) => {
            element.scrollTop -= 300;
            await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          });
          return held;
        },
        { intervals: [1] },
      )
      .toBe(time);
    const before = await read();
    arrive();
    await expect.poll(async () => (await read()).oldest, "older ones come in").toBeLessThan(before.oldest);
    const top = await ana.locator(`[data-number="${before.number}"]`).evaluate((element) => element.getBoundingClientRect().top);
    expect(Math.abs(top - before.top), `message ${before.number} stays`).toBeLessThanOrEqual(1);
  }
  expect(asked.pages).toEqual(["before 9951", "before 9901", "before 9851", "before 9801"]);
});

/** How many functions the page calls while something is done: the same on every machine. */
async function callsDuring(inspector: CDPSession, action: () => Promise<void>): Promise<number> {
  await inspector.send("Profiler.takePreciseCoverage");
  await action();
  const { result } = await inspector.send("Profiler.takePreciseCoverage");
  return result.flatMap(({ functions }) => functions).reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0);
}

async function inspectorOf(page: Page): Promise<CDPSession> {
  const inspector = await page.context().newCDPSession(page);
  await inspector.send("Profiler.enable");
  await inspector.send("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  return inspector;
}

/** The least of some rounds: without what the page does now and then, such as polling. */
async function leastCalls(page: Page, action: () => Promise<void>): Promise<number> {
  const inspector = await inspectorOf(page);
  const rounds: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    rounds.push(await callsDuring(inspector, action));
  }
  return Math.min(...rounds);
}

test("typing a message costs as much in a conversation of 10,000 messages as in one of ten, and changes none of them", async ({
  signedIn,
}) => {
  test.setTimeout(120_000);
  const costs: number[] = [];
  for (const count of [10, MESSAGES]) {
    const ana = await signedIn("patient-a", { path: "/access-log" });
    await serveList(ana, 10);
    // Three older pages fill the window; a fourth would change the log while typing, so it is not answered.
    let older = 0;
    await serveConversation(ana, count, () => ((older += 1) > 3 ? new Promise(() => undefined) : Promise.resolve()));
    await ana.getByRole("link", { name: "Conversations", exact: true }).click();
    await ana.getByText("Conversation 1", { exact: true }).click();
    await expect(ana.getByText(`Message ${count}`, { exact: false })).toBeInViewport();
    if (count === MESSAGES) {
      const scrollTo = (part: number) =>
        scroller(ana).evaluate(async (element, part) => {
          element.scrollTop = element.scrollHeight * part;
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          return element.querySelectorAll("[data-number]").length;
        }, part);
      await expect.poll(() => scrollTo(0)).toBe(160);
      await expect(ana.locator(`[data-number="${MESSAGES - 199}"]`)).toBeAttached();
      // Away from both ends, near which the window moves.
      expect(await scrollTo(0.5)).toBe(160);
    }
    const box = ana.getByRole("textbox", { name: "Message" });
    await box.focus();
    const changes = await ana.evaluateHandle(() => {
      const touched: string[] = [];
      const log = document.querySelector("[role=log]");
      const observer = new MutationObserver((records) => touched.push(...records.map(({ type }) => type)));
      if (log) {
        observer.observe(log, { subtree: true, childList: true, attributes: true, characterData: true });
      }
      return touched;
    });
    costs.push(await leastCalls(ana, () => ana.keyboard.type("Twenty letters typed")));
    await expect(box).toHaveValue("Twenty letters typed".repeat(4));
    expect(await changes.jsonValue()).toEqual([]);
  }
  const [small = 0, large = 0] = costs;
  expect(small).toBeGreaterThan(0);
  expect(large / small, `${large} calls, where a conversation of ten takes ${small}`).toBeLessThan(1.2);
});

test("searching as one types costs no more with 1,000 conversations than with those in view", async ({ signedIn }) => {
  test.setTimeout(120_000);
  const costs: number[] = [];
  for (const count of [30, CONVERSATIONS]) {
    const ana = await signedIn("patient-a", { path: "/access-log" });
    await serveList(ana, count);
    await ana.getByRole("link", { name: "Conversations", exact: true }).click();
    await expect(ana.getByText("Conversation 1", { exact: true })).toBeVisible();
    await expect
      .poll(async () => {
        await rows(ana).evaluate((element) => (element.scrollTop = element.scrollHeight));
        return ana.getByText(`Conversation ${count}`, { exact: true }).count();
      })
      .toBe(1);
    const search = ana.getByRole("searchbox");
    await search.focus();
    costs.push(
      await leastCalls(ana, async () => {
        await ana.keyboard.press("a");
        await ana.keyboard.press("Backspace");
      }),
    );
  }
  const [small = 0, large = 0] = costs;
  expect(small).toBeGreaterThan(0);
  expect(large / small, `${large} calls, where a list of thirty takes ${small}`).toBeLessThan(3);
});
