// The clinic: from the tasklist to a conversation, from the search to a chart, a new conversation, the encounter page.
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { Clinic } from "../../src/clinic/Clinic.tsx";
import { ana, clara, FakeApi, PATIENT_ID, type Stored } from "../support/fake-api.ts";
import { show } from "../support/render.tsx";

let api: FakeApi;
let conversation: Stored;
beforeEach(() => {
  api = new FakeApi();
  api.caller = clara;
  conversation = api.begin("Ask about a result");
  api.say(conversation, ana, "Is 5.3 too high?");
});

test("a task leads to its conversation, by a bubble with a name", async () => {
  api.task(conversation);
  const { user, path } = await show(api, <Clinic />, { path: "/tasks" });
  expect(await screen.findByText("1 task")).toBeTruthy();
  await user.click(screen.getByRole("link", { name: "Open the chat: Ask about a result, Ana Patient" }));
  expect(path()).toBe(`/patients/${PATIENT_ID}/chat/${conversation.head.id}`);
  expect(await within(await screen.findByRole("log")).findByText("Is 5.3 too high?")).toBeTruthy();
});

test("ticking a task completes it; the filters ask the API", async () => {
  const task = api.task(conversation);
  const { user } = await show(api, <Clinic />, { path: "/tasks" });
  await user.click(await screen.findByRole("checkbox", { name: "Complete: Ask about a result, Ana Patient" }));
  await waitFor(() => expect(task.status).toBe("completed"));
  expect(await screen.findByText("0 tasks")).toBeTruthy();
  await user.selectOptions(screen.getByRole("combobox", { name: "Status" }), "Completed");
  expect(await screen.findByText(/completed by Clara Clinician/)).toBeTruthy();
  await user.click(screen.getByRole("checkbox", { name: "Mine only" }));
  expect(await screen.findByText("No tasks match these filters.")).toBeTruthy();
});

test("a task can be taken, and is then found among mine in progress", async () => {
  api.task(conversation);
  const { user } = await show(api, <Clinic />, { path: "/tasks" });
  await user.click(await screen.findByRole("button", { name: "Take" }));
  await user.selectOptions(screen.getByRole("combobox", { name: "Status" }), "In progress");
  await user.click(screen.getByRole("checkbox", { name: "Mine only" }));
  expect(await screen.findByText(/Clara Clinician is working on it/)).toBeTruthy();
});

test("a task that can't be completed says so and stays", async () => {
  api.task(conversation);
  const { user } = await show(api, <Clinic />, { path: "/tasks" });
  const box = await screen.findByRole("checkbox", { name: /^Complete/ });
  api.fate = (request) => (request.method === "PUT" ? { status: 403, code: "forbidden" } : "ok");
  await user.click(box);
  expect(await screen.findByText("Your account is not allowed to do this.")).toBeTruthy();
  expect(screen.getByRole("checkbox", { name: /^Complete/ })).toHaveProperty("checked", false);
});

test("a patient is found as one types, and the chart shows the conversations with their red dots", async () => {
  const { user } = await show(api, <Clinic />, { path: "/patients" });
  // One letter is no search: the API would refuse it.
  await user.type(await screen.findByRole("searchbox"), "a");
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(api.seen).not.toContain("GET /patients");
  await user.type(screen.getByRole("searchbox"), "na");
  await user.click(await screen.findByRole("link", { name: /Ana/ }));
  expect(await screen.findByRole("heading", { level: 1, name: "Ana Patient" })).toBeTruthy();
  const row = await screen.findByRole("link", { name: /Ask about a result/ });
  expect(row.textContent).toMatch(/^Unread/);
  expect(screen.getByRole("link", { name: "Chat Unread" })).toBeTruthy();
});

test("plus asks for a title and creates one conversation, though the first answer was lost", async () => {
  const { user, path } = await show(api, <Clinic />, { path: `/patients/${PATIENT_ID}/chat` });
  await user.click(await screen.findByRole("button", { name: "New conversation" }));
  const dialog = await screen.findByRole("dialog", { name: "New conversation" });
  await user.type(within(dialog).getByRole("textbox", { name: "Title" }), "Your X-ray");
  let lost = 0;
  api.fate = (request) => (request.method === "POST" && (lost += 1) === 1 ? "answer-lost" : "ok");
  await user.click(within(dialog).getByRole("button", { name: "Create" }));
  await within(dialog).findByText(/no connection/);
  await user.click(within(dialog).getByRole("button", { name: "Create" }));
  await waitFor(() => expect(path()).toContain("/chat/"));
  expect([...api.conversations.values()].map(({ head }) => head.title)).toEqual(["Ask about a result", "Your X-ray"]);
});

test("conversation and encounter lead to each other; Archive and Close asks first and closes both", async () => {
  const { user, path } = await show(api, <Clinic />, { path: `/patients/${PATIENT_ID}/chat/${conversation.head.id}` });
  await user.click(await screen.findByRole("link", { name: "Encounter" }));
  expect(path()).toBe(`/patients/${PATIENT_ID}/encounters/${conversation.head.encounterId}`);
  await user.click(await screen.findByRole("button", { name: "Archive and Close" }));
  const asked = await screen.findByRole("alertdialog", { name: "Archive and Close" });
  expect(conversation.head.status).toBe("open");
  await user.click(within(asked).getByRole("button", { name: "Archive and Close" }));
  expect(await screen.findByText("Archived")).toBeTruthy();
  expect(conversation.head.status).toBe("closed");
  await user.click(screen.getByRole("link", { name: "Open the chat" }));
  expect(await screen.findByText("You closed this conversation.")).toBeTruthy();
});

test("orders and documents are added once, and not to a finished encounter", async () => {
  const { user } = await show(api, <Clinic />, { path: `/patients/${PATIENT_ID}/encounters/${conversation.head.encounterId}` });
  await user.type(await screen.findByRole("textbox", { name: "New order" }), "Potassium, fasting");
  await user.click(screen.getByRole("button", { name: "Add the order" }));
  expect(await screen.findByText("Potassium, fasting")).toBeTruthy();
  await user.type(screen.getByRole("textbox", { name: "Document title" }), "Report");
  await user.type(screen.getByRole("textbox", { name: "Document address (https)" }), "https://records.example.org/42");
  await user.click(screen.getByRole("button", { name: "Link the document" }));
  expect((await screen.findByRole("link", { name: "Report" })).getAttribute("rel")).toContain("noopener");
  api.fate = (request) => (request.method === "POST" ? { status: 409, code: "encounter-finished" } : "ok");
  await user.type(screen.getByRole("textbox", { name: "New order" }), "Late");
  await user.click(screen.getByRole("button", { name: "Add the order" }));
  expect(await screen.findByText(/The encounter is finished/)).toBeTruthy();
  expect(screen.getByRole("textbox", { name: "New order" })).toHaveProperty("value", "Late");
});
