// A conversation: what is sent is shown at once, what fails can be retried, a closed one keeps the text, news arrives by itself.
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { ConversationView } from "../../src/conversation/ConversationView.tsx";
import { WINDOW } from "../../src/conversation/log-window.ts";
import { ana, clara, FakeApi, type Stored } from "../support/fake-api.ts";
import { show } from "../support/render.tsx";

let api: FakeApi;
let conversation: Stored;
beforeEach(() => {
  api = new FakeApi();
  conversation = api.begin("Ask about a result");
  api.say(conversation, ana, "Is 5.3 too high?");
});

const open = (newsMs = 60_000) => show(api, <ConversationView id={conversation.head.id} />, { newsMs });
const box = () => screen.findByRole("textbox", { name: "Message" });
const log = () => screen.findByRole("log");
const stored = () => conversation.entries.map((entry) => entry.text ?? entry.status);

test("Enter sends, Shift+Enter breaks the line, and the text shows at once as sending, then as sent", async () => {
  const { user } = await open();
  api.latencyMs = 60;
  await user.type(await box(), "Thank you{Shift>}{Enter}{/Shift}very much{Enter}");
  const message = within(await log())
    .getAllByRole("article")
    .at(-1);
  expect(message?.textContent).toContain("Thank you\nvery much");
  expect(message?.textContent).toContain("Sending…");
  expect(await box()).toHaveProperty("value", "");
  await waitFor(() => expect(within(screen.getByRole("log")).queryByText("Sending…")).toBeNull());
  expect(stored()).toEqual(["Is 5.3 too high?", "Thank you\nvery much"]);
  expect(screen.getAllByText("Thank you very much")).toHaveLength(1);
});

test("Enter while an input method composes does not send", async () => {
  await open();
  const text = await box();
  fireEvent.change(text, { target: { value: "かんじ" } });
  fireEvent.keyDown(text, { key: "Enter", isComposing: true });
  fireEvent.keyDown(text, { key: "Enter", keyCode: 229 });
  expect(stored()).toHaveLength(1);
  expect(text).toHaveProperty("value", "かんじ");
});

test("a refused message says so; Edit takes it back, and it is stored once", async () => {
  const { user } = await open();
  api.fate = (request) => (request.method === "POST" ? { status: 422, code: "invalid-value" } : "ok");
  await user.type(await box(), "Hello{Enter}");
  await screen.findByText(/Not accepted/);
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  api.fate = () => "ok";
  await user.click(screen.getByRole("button", { name: "Edit" }));
  expect(await box()).toHaveProperty("value", "Hello");
  await user.type(await box(), "{Enter}");
  await waitFor(() => expect(stored()).toEqual(["Is 5.3 too high?", "Hello"]));
});

test("offline: it waits for Retry, which stores it once though its answer had got lost before", async () => {
  const { user } = await open();
  api.fate = (request) => (request.method === "POST" ? "answer-lost" : "ok");
  await user.type(await box(), "Hello{Enter}");
  await screen.findByText(/Not sent.*no connection/);
  api.fate = () => "ok";
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(screen.queryByText(/Not sent/)).toBeNull());
  expect(stored()).toEqual(["Is 5.3 too high?", "Hello"]);
});

test("closed by the other side while writing: the text is a draft, Reopen is offered, and then it is sent", async () => {
  const { user } = await open();
  await box();
  api.setStatus(conversation, clara, "closed");
  await user.type(await box(), "One more question{Enter}");
  await screen.findByText("Clara Clinician closed this conversation.");
  expect(await box()).toHaveProperty("value", "One more question");
  expect(screen.getByText("Kept as a draft. Reopen the conversation to send it.")).toBeTruthy();
  expect(sessionStorage.getItem(`messaging:patient-a:draft:${conversation.head.id}`)).toContain("One more question");
  await user.click(screen.getByRole("button", { name: "Reopen" }));
  await waitFor(() => expect(screen.getByRole("button", { name: "Send" })).toHaveProperty("disabled", false));
  await user.click(screen.getByRole("button", { name: "Send" }));
  await waitFor(() => expect(stored().at(-1)).toBe("One more question"));
  expect(await within(await log()).findByText(/Clara Clinician closed the conversation/)).toBeTruthy();
  expect(within(await log()).getByText(/You reopened the conversation/)).toBeTruthy();
});

test("a draft is there after a reload", async () => {
  const first = await open();
  await first.user.type(await box(), "Half a thought");
  first.unmount();
  await open();
  expect(await box()).toHaveProperty("value", "Half a thought");
});

test("news arrives without reloading, the other side's closing too", async () => {
  await open(20);
  await log();
  api.say(conversation, clara, "Slightly. Please come on Tuesday.");
  await screen.findByText("Slightly. Please come on Tuesday.");
  api.setStatus(conversation, clara, "closed");
  await screen.findByText("Clara Clinician closed this conversation.");
  expect(screen.getByRole("button", { name: "Lock conversation" }).getAttribute("aria-pressed")).toBe("true");
});

test("the lock and the envelope have names and pressed states; unread stays until the next opening", async () => {
  api.say(conversation, clara, "Slightly.");
  const first = await open(20);
  await waitFor(() => expect(conversation.cursors.get("patient-a")).toBe(2));
  const envelope = await screen.findByRole("button", { name: "Mark as unread" });
  await waitFor(() => expect(envelope.getAttribute("aria-pressed")).toBe("false"));
  await first.user.click(envelope);
  await waitFor(() => expect(envelope.getAttribute("aria-pressed")).toBe("true"));
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(conversation.cursors.get("patient-a")).toBe(1);
  first.unmount();
  await open();
  await waitFor(() => expect(conversation.cursors.get("patient-a")).toBe(2));
  const lock = screen.getByRole("button", { name: "Lock conversation" });
  expect(lock.getAttribute("aria-pressed")).toBe("false");
  await first.user.click(lock);
  await waitFor(() => expect(conversation.head.status).toBe("closed"));
});

test("of a long conversation a part is rendered, and a press shows older messages", async () => {
  for (let index = 0; index < 600; index += 1) {
    api.say(conversation, clara, `Line ${index}`);
  }
  const { user } = await open();
  await screen.findByText("Line 599");
  expect(screen.queryByText("Line 540")).toBeNull();
  const firstShown = () => screen.getAllByRole("article")[0]?.textContent;
  for (let press = 0; press < 6; press += 1) {
    const before = firstShown();
    await user.click(screen.getByRole("button", { name: "Earlier messages" }));
    await waitFor(() => expect(firstShown()).not.toBe(before));
    expect(screen.getAllByRole("article").length).toBeLessThanOrEqual(WINDOW);
  }
  expect(screen.queryByText("Line 599")).toBeNull();
  await user.click(screen.getByRole("button", { name: "To the newest message" }));
  expect(await screen.findByText("Line 599")).toBeTruthy();
});

test("a questionnaire's answers show as questions and answers", async () => {
  api.say(conversation, ana, "x", {
    questionnaireResponse: {
      questionnaireId: "01900000-0000-7000-8000-000000000101",
      questionnaireVersion: 1,
      items: [{ linkId: "call", text: "May we call you?", type: "boolean", value: true }],
    },
  });
  await open();
  expect((await screen.findByText("May we call you?")).tagName).toBe("DT");
  expect(screen.getByText("Yes").tagName).toBe("DD");
});

test("a conversation that does not exist, or is not theirs, says so", async () => {
  await show(api, <ConversationView id="01900000-0000-7000-8000-00000000ffff" />);
  expect(await screen.findByText(/does not exist, or you do not have access/)).toBeTruthy();
});
