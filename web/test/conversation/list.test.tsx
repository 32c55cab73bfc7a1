// The conversation list: search as you type with the words marked, unread not by colour alone, few rows rendered, and the focus stays.
import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { ConversationList } from "../../src/conversation/ConversationList.tsx";
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
  const closed = api.begin("Closed one");
  api.say(closed, clara, "bye");
  api.setStatus(closed, clara, "closed");
  api.say(api.begin("Older"), ana, "mine");
  api.say(api.begin("Newer"), clara, "theirs");
  await list();
  expect(await titles()).toEqual(["Newer", "Older", "Closed one"]);
  const [newer, older] = screen.getAllByRole("link");
  expect(newer?.textContent).toMatch(/^Unread/);
  expect(older?.textContent).not.toMatch(/Unread/);
  expect(screen.getByText("Closed")).toBeTruthy();
  expect(screen.getByText("2 unread conversations")).toBeTruthy();
});

test("the search narrows as one types and marks the words", async () => {
  api.say(api.begin("Ask about a result"), ana, "Potassium 5.3");
  api.say(api.begin("Appointment"), ana, "Tuesday");
  const { user } = await list();
  await screen.findByText("Appointment");
  await user.type(screen.getByRole("searchbox", { name: "Search conversations" }), "result pota");
  await waitFor(() => expect(screen.queryByText("Appointment")).toBeNull());
  expect([...document.querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["result", "Pota"]);
  expect(await screen.findByText("1 conversation found")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Clear the search" }));
  expect(await screen.findByText("Appointment")).toBeTruthy();
  await user.type(screen.getByRole("searchbox"), "nowhere");
  expect(await screen.findByText("No conversation contains all of these words.")).toBeTruthy();
});

test("a message without a text is previewed by its images, in the reader's language", async () => {
  const image = () => ({ id: api.id(), status: "ready" as const });
  api.begin("Empty");
  api.say(api.begin("One"), ana, "", { attachments: [image()] });
  api.say(api.begin("Two"), ana, "", { attachments: [image(), image()] });
  api.say(api.begin("With a text"), ana, "Look", { attachments: [image()] });
  const previews = async () => (await screen.findAllByRole("link")).map((link) => link.querySelector(".row-preview")?.textContent);
  const { unmount } = await list();
  expect(await previews()).toEqual(["Look", "2 images", "Image", "No messages yet"]);
  unmount();
  localStorage.setItem("messaging-language", "es");
  await list();
  expect(await previews()).toEqual(["Look", "2 imágenes", "Imagen", "Aún sin mensajes"]);
});

test("of 1,000 conversations a few are rendered, with their position among all of them", async () => {
  for (let index = 0; index < 1_000; index += 1) {
    api.say(api.begin(`Chat ${index}`), ana, "text");
  }
  await list();
  await screen.findByText("Chat 999");
  expect(screen.getAllByRole("link").length).toBeLessThan(40);
  expect(screen.getAllByRole("listitem")[1]?.getAttribute("aria-posinset")).toBe("2");
});

test("the focus stays with its conversation when the order changes; arrow keys move it", async () => {
  const first = api.begin("First");
  api.say(first, ana, "1");
  api.say(api.begin("Second"), ana, "2");
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
  api.say(api.begin("Here"), ana, "1");
  let failing = true;
  api.fate = (request) => (failing && request.url.includes("/conversations") ? { status: 503, code: "busy" } : "ok");
  const { user } = await list();
  await screen.findByText(/Something went wrong on our side/);
  failing = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Here")).toBeTruthy();
});
