// The composer's images: by paperclip, paste and drop, with progress, refusal, retry and removal.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { ConversationView } from "../../src/conversation/ConversationView.tsx";
import { FakeApi, type Stored } from "../support/fake-api.ts";
import { show } from "../support/render.tsx";

let api: FakeApi;
let conversation: Stored;
beforeEach(() => {
  api = new FakeApi();
  conversation = api.begin("Ask about a result");
});

const image = (name = "rash.png", type = "image/png", size = 10) => new File([new Uint8Array(size)], name, { type });
const box = () => screen.findByRole("textbox", { name: "Message" });
const send = () => screen.getByRole("button", { name: "Send" });

async function attach(file: File) {
  await box();
  const input = document.querySelector<HTMLInputElement>('input[type="file"]');
  if (!input) {
    throw new Error("no file input");
  }
  fireEvent.change(input, { target: { files: [file] } });
}

test("an image alone is a message", async () => {
  const { user } = await show(api, <ConversationView id={conversation.head.id} />);
  await attach(image());
  await screen.findByText("Ready to send");
  await user.click(send());
  await waitFor(() => expect(conversation.entries).toHaveLength(1));
  expect(conversation.entries[0]?.attachments).toHaveLength(1);
  expect(await screen.findByRole("button", { name: "Show the image in full size" })).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Show the image in full size" }));
  expect(await screen.findByRole("dialog", { name: "Attached image" })).toBeTruthy();
});

test("pasting and dropping attach as the paperclip does", async () => {
  await show(api, <ConversationView id={conversation.head.id} />);
  fireEvent.paste(await box(), { clipboardData: { files: [image("pasted.png")] } });
  fireEvent.drop(screen.getByRole("form", { name: "New message" }), { dataTransfer: { files: [image("dropped.png")] } });
  expect(await screen.findByText("pasted.png")).toBeTruthy();
  expect(await screen.findByText("dropped.png")).toBeTruthy();
  expect(await screen.findAllByText("Ready to send")).toHaveLength(2);
});

test.each([
  { file: image("big.png", "image/png", 1_000_001), message: "It is too large." },
  { file: image("notes.pdf", "application/pdf"), message: "This file type is not supported. Please use JPEG or PNG." },
])("what the API would refuse is refused before anything is sent: $message", async ({ file, message }) => {
  await show(api, <ConversationView id={conversation.head.id} />);
  await attach(file);
  expect(await screen.findByText(message)).toBeTruthy();
  expect(api.seen.some((call) => call.includes("attachments"))).toBe(false);
});

test("a failed upload can be repeated or removed, and the text waits for it", async () => {
  const { user } = await show(api, <ConversationView id={conversation.head.id} />);
  api.fate = (request) => (request.url.includes("attachments") ? "lost" : "ok");
  await attach(image());
  await screen.findByText(/no connection/);
  await user.type(await box(), "Look");
  expect(send()).toHaveProperty("disabled", true);
  api.fate = () => "ok";
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("Ready to send");
  await user.click(screen.getByRole("button", { name: "Remove rash.png" }));
  await user.click(send());
  await waitFor(() => expect(conversation.entries).toHaveLength(1));
  expect(conversation.entries[0]?.attachments).toBeUndefined();
});

test("too many images can't be sent, and removing one helps", async () => {
  const { user } = await show(api, <ConversationView id={conversation.head.id} />);
  for (let number = 1; number <= 11; number += 1) {
    await attach(image(`${number}.png`));
  }
  await waitFor(() => expect(screen.getAllByText("Ready to send")).toHaveLength(11));
  expect(screen.getByText("A message takes at most 10 images: please remove some.")).toBeTruthy();
  expect(send()).toHaveProperty("disabled", true);
  await user.click(screen.getByRole("button", { name: "Remove 11.png" }));
  await user.click(send());
  await waitFor(() => expect(conversation.entries[0]?.attachments).toHaveLength(10));
});

test("a text over the limit can't be sent, and says how long it is", async () => {
  await show(api, <ConversationView id={conversation.head.id} />);
  fireEvent.change(await box(), { target: { value: "x".repeat(10_001) } });
  expect(screen.getByText("10001 of at most 10000 characters: please shorten it.")).toBeTruthy();
  expect(send()).toHaveProperty("disabled", true);
});
