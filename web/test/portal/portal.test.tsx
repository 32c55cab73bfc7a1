// The portal: from the button to a new conversation, notifications, access log, language, sign-out.
import { screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { Portal } from "../../src/portal/Portal.tsx";
import { ana, FakeApi } from "../support/fake-api.ts";
import { show } from "../support/render.tsx";

let api: FakeApi;
beforeEach(() => {
  api = new FakeApi();
});

async function fillIn(user: Awaited<ReturnType<typeof show>>["user"]) {
  await user.type(await screen.findByRole("textbox", { name: "Which result is it about?" }), "Potassium");
  await user.click(screen.getByRole("radio", { name: "Blood test" }));
  await user.type(screen.getByRole("textbox", { name: "What would you like to know?" }), "Too high?");
}

test("the button with its configured label leads to a form, whose answers begin a conversation", async () => {
  const { user, path } = await show(api, <Portal />);
  await user.click(await screen.findByRole("link", { name: "Send a message" }));
  await user.click(await screen.findByRole("link", { name: "Begin" }));
  const urgent = await screen.findByText(/Is it urgent\?/);
  const field = screen.getByRole("textbox", { name: "Which result is it about?" });
  expect(urgent.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  await fillIn(user);
  await user.click(screen.getByRole("button", { name: "Submit" }));
  await waitFor(() => expect(path()).toMatch(/^\/messages\/0190/));
  expect(await screen.findByRole("log")).toBeTruthy();
  expect((await screen.findAllByText("Potassium")).length).toBeGreaterThan(0);
});

test("a lost answer and a second Submit begin one conversation; the answers outlive a reload", async () => {
  const first = await show(api, <Portal />, { path: "/messages/new/01900000-0000-7000-8000-000000000101" });
  await fillIn(first.user);
  api.fate = (request) => (request.method === "POST" ? "answer-lost" : "ok");
  await first.user.click(screen.getByRole("button", { name: "Submit" }));
  await screen.findByText(/Your answers are kept/);
  first.unmount();
  api.fate = () => "ok";
  const second = await show(api, <Portal />, { path: "/messages/new/01900000-0000-7000-8000-000000000101" });
  expect(await screen.findByRole("textbox", { name: "What would you like to know?" })).toHaveProperty("value", "Too high?");
  await second.user.click(screen.getByRole("button", { name: "Submit" }));
  await waitFor(() => expect(second.path()).toMatch(/^\/messages\/0190/));
  expect(api.conversations.size).toBe(1);
});

test("an answer that the API refuses is marked at its question", async () => {
  const { user } = await show(api, <Portal />, { path: "/messages/new/01900000-0000-7000-8000-000000000101" });
  await fillIn(user);
  api.fate = (request) =>
    request.method === "POST"
      ? {
          status: 422,
          code: "invalid-value",
          errors: [{ pointer: "/answers/0/value", linkId: "result", detail: "is longer than 200 characters" }],
        }
      : "ok";
  await user.click(screen.getByRole("button", { name: "Submit" }));
  const field = await screen.findByRole("textbox", { name: "Which result is it about?", description: "is longer than 200 characters" });
  expect(field.getAttribute("aria-invalid")).toBe("true");
});

test("notifications are saved, with the number as the API takes it", async () => {
  const { user } = await show(api, <Portal />, { path: "/notifications" });
  await user.type(await screen.findByRole("textbox", { name: "Email address" }), "ana@example.org");
  await user.type(screen.getByRole("textbox", { name: "Mobile number" }), "+1 (415) 555-0100");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Saved.")).toBeTruthy();
  expect(api.contact).toEqual({ email: "ana@example.org", sms: "+14155550100" });
});

test("the access log shows who did what", async () => {
  await show(api, <Portal />, { path: "/access-log" });
  expect(await screen.findByRole("cell", { name: "Wrote a message" })).toBeTruthy();
  expect(screen.getAllByRole("cell", { name: "Clara Clinician" })).toHaveLength(2);
});

test("the language switches at once, and is remembered", async () => {
  const first = await show(api, <Portal />);
  await first.user.selectOptions(await screen.findByRole("combobox", { name: "Language" }), "es");
  expect(await screen.findByRole("heading", { name: "Conversaciones" })).toBeTruthy();
  expect(document.documentElement.lang).toBe("es");
  first.unmount();
  await show(api, <Portal />);
  expect(await screen.findByRole("heading", { name: "Conversaciones" })).toBeTruthy();
});

test("signing out deletes what was typed, and asks first while something is unsent", async () => {
  const conversation = api.begin("Ask about a result");
  api.say(conversation, ana, "1");
  const { user, leave } = await show(api, <Portal />, { path: `/messages/${conversation.head.id}` });
  api.fate = (request) => (request.method === "POST" ? "lost" : "ok");
  await user.type(await screen.findByRole("textbox", { name: "Message" }), "unsent{Enter}draft");
  await screen.findByText(/Not sent/);
  await user.click(screen.getByRole("button", { name: "Sign out" }));
  expect(leave).not.toHaveBeenCalled();
  const dialog = await screen.findByRole("alertdialog");
  expect(dialog.textContent).toContain("have not been sent");
  await user.click(screen.getByRole("button", { name: "Sign out", hidden: false }));
  expect(leave).toHaveBeenCalledOnce();
  expect(sessionStorage).toHaveLength(0);
});

test("an unknown page says so", async () => {
  await show(api, <Portal />, { path: "/nowhere" });
  expect(await screen.findByRole("heading", { name: "Page not found" })).toBeTruthy();
});
