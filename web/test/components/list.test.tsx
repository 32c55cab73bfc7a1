// The conversation list: search as you type with the words marked, unread not by colour alone, windowed, and the focus stays.
import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { ConversationList } from "../../src/components/ConversationList.tsx";
import { ana, clara, FakeApi, PATIENT_ID } from "../support/fake-api.ts";
import { show } from "../support/render.tsx";

let api: FakeApi;
beforeEach(() => {
  api = new FakeApi();
});

const list = (newsMs?: number) =>
  show(
    api,
    <ConversationList patientId={PATIENT_ID} hrefOf={({ id }) => `/messages/${id}`} begin={<button>New</button>} />,
    newsMs ? { newsMs } : {},
  );
const titles = async () => (await screen.findAllByRole("link")).map((link) => link.querySelector(".row-title")?.textContent);

test("open before closed, newest first, unread by words and not by colour alone", async () => {
  const closed = api.chat("Closed one");
  api.say(closed, clara, "bye");
  api.setStatus(closed, clara, "closed");
  api.say(api.chat("Older"), ana, "mine");
  api.say(api.chat("Newer"), clara, "theirs");
  await list();
  expect(await titles()).toEqual(["Newer", "Older", "Closed one"]);
  const [newer, older] = screen.getAllByRole("link");
  expect(newer?.textContent).toMatch(/^Unread/);
  expect(older?.textContent).not.toMatch(/Unread/);
  expect(screen.getByText("Closed")).toBeTruthy();
  expect(screen.getByText("2 unread conversations")).toBeTruthy();
});

test("the search narrows as one types and marks the words", async () => {
  api.say(api.chat("Ask about a result"), ana, "Potassium 5.3");
  api.say(api.chat("Appointment"), ana, "Tuesday");
  const { user } = await list();
  await screen.findByText("Appointment");
  await user.type(screen.getByRole("searchbox", { name: "Search conversations" }), "result pota");
  await waitFor(() => expect(screen.queryByText("Appointment")).toBeNull());
  expect([...document.querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["result", "Pota"]);
  expect(await screen.findByText("1 conversation found")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Clear the search" }));
  expect(await screen.findByText("Appointment")).toBeTruthy();
  await user.type(screen.getByRole("searchbox"), "nowhere");
  expect(await screen.findByText("No conversation has all of these words.")).toBeTruthy();
});

test("of 1,000 conversations a few stand in the page, with their place among all of them", async () => {
  for (let index = 0; index < 1_000; index += 1) {
    api.say(api.chat(`Chat ${index}`), ana, "text");
  }
  await list();
  await screen.findByText("Chat 999");
  expect(screen.getAllByRole("link").length).toBeLessThan(40);
  expect(screen.getAllByRole("listitem")[1]?.getAttribute("aria-posinset")).toBe("2");
});

test("the focus stays with its chat when the list sorts itself anew; arrow keys move it", async () => {
  const first = api.chat("First");
  api.say(first, ana, "1");
  api.say(api.chat("Second"), ana, "2");
  const { user } = await list(30);
  await screen.findByText("First");
  screen.getAllByRole("link")[1]?.focus();
  expect(document.activeElement?.textContent).toContain("First");
  api.say(first, clara, "news");
  await waitFor(async () => expect(await titles()).toEqual(["First", "Second"]));
  expect(document.activeElement?.textContent).toContain("First");
  await user.keyboard("{ArrowDown}");
  await waitFor(() => expect(document.activeElement?.textContent).toContain("Second"));
});

test("a failure says what to do, and Try again does it", async () => {
  api.say(api.chat("Here"), ana, "1");
  let failing = true;
  api.fate = (request) => (failing && request.url.includes("/conversations") ? { status: 503, code: "busy" } : "ok");
  const { user } = await list();
  await screen.findByText(/Something went wrong on our side/);
  failing = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Here")).toBeTruthy();
});
