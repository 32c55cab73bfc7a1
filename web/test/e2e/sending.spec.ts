// Sending: a message is shown at once, stored once, never lost; each failure has its own words and a remedy.
import { gatewayAnswer, problem } from "../support/contract.ts";
import { expect, test } from "./support/fixtures.ts";
import { latch } from "./support/latch.ts";
import { box, lastMessage, log, onSend, send, texts } from "./support/messages.ts";
import { api, begunConversation, say, uniqueTitle } from "./support/people.ts";

test("a message shows at once as sending, then as sent", async ({ signedIn }) => {
  const conversation = await begunConversation(uniqueTitle("Sending"));
  const ana = await signedIn("patient-a", { path: `/messages/${conversation.id}` });
  const network = latch();
  await onSend(ana, async (route) => {
    await network.opened;
    await route.fallback();
  });
  await send(ana, "It shows at once");
  await expect(lastMessage(ana)).toContainText("It shows at once");
  await expect(lastMessage(ana)).toContainText("Sending…", { timeout: 1_000 });
  await expect(box(ana)).toHaveValue("");
  await expect(box(ana)).toBeFocused();
  network.open();
  await expect(lastMessage(ana)).toContainText("Sent");
  await expect(log(ana).getByText("It shows at once")).toHaveCount(1);
});

test("Enter sends, Shift+Enter breaks the line, Enter of an input method does neither", async ({ signedIn }) => {
  const conversation = await begunConversation(uniqueTitle("Typing"));
  const ana = await signedIn("patient-a", { path: `/messages/${conversation.id}` });
  await box(ana).pressSequentially("One");
  await box(ana).press("Shift+Enter");
  await box(ana).pressSequentially("two");
  await box(ana).press("Enter");
  await expect(lastMessage(ana)).toContainText("Sent");
  // As Chromium reports a composition: with isComposing, until it is committed.
  const input = await ana.context().newCDPSession(ana);
  await box(ana).focus();
  await input.send("Input.imeSetComposition", { text: "かんじ", selectionStart: 3, selectionEnd: 3 });
  await ana.evaluate(() => {
    const field = document.activeElement;
    field?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, isComposing: true }));
  });
  await input.send("Input.insertText", { text: "漢字" });
  await expect(box(ana)).toHaveValue("漢字");
  await box(ana).press("Enter");
  await expect(lastMessage(ana)).toContainText("漢字");
  await expect(lastMessage(ana)).toContainText("Sent");
  expect(await texts(conversation.id)).toEqual(["How are you today?", "One\ntwo", "漢字"]);
});

test("offline it waits, and is sent by itself when the network is back, once and in order", async ({ signedIn }) => {
  const conversation = await begunConversation(uniqueTitle("Offline"));
  const ana = await signedIn("patient-a", { path: `/messages/${conversation.id}` });
  await expect(log(ana).getByText("How are you today?")).toBeVisible();
  await ana.context().setOffline(true);
  await expect(ana.getByText("There is no connection at the moment. Nothing is lost.").first()).toBeVisible();
  await send(ana, "First");
  await send(ana, "Second");
  await expect(lastMessage(ana)).toContainText("Not sent");
  await ana.context().setOffline(false);
  await expect(log(ana).getByText("Not sent")).toHaveCount(0);
  await expect(lastMessage(ana)).toContainText("Sent");
  await expect.poll(() => texts(conversation.id)).toEqual(["How are you today?", "First", "Second"]);
});

test("after a lost answer the message is sent again, and nothing is stored twice", async ({ signedIn }) => {
  const conversation = await begunConversation(uniqueTitle("Lost"));
  const ana = await signedIn("patient-a", { path: `/messages/${conversation.id}` });
  let lost = 0;
  await onSend(ana, async (route) => {
    if (lost++ < 2) {
      await route.fetch();
      await route.abort("connectionreset");
    } else {
      await route.fallback();
    }
  });
  await send(ana, "Exactly once");
  await expect(lastMessage(ana)).toContainText("Sent");
  expect(lost).toBe(3);
  expect(await texts(conversation.id)).toEqual(["How are you today?", "Exactly once"]);
});

const NOW = { "retry-after": "0" };

for (const [what, refusal, words, way] of [
  ["500 internal-error", problem("send-message", 500, "internal-error", {}, NOW), "Something went wrong on our side.", "Try again"],
  ["503 busy", problem("send-message", 503, "busy", {}, NOW), "Something went wrong on our side.", "Try again"],
  ["413 body-too-large", problem("send-message", 413, "body-too-large"), "It is too large.", "Edit"],
  ["422 invalid-value", problem("send-message", 422, "invalid-value"), "It was not accepted as it is.", "Edit"],
  ["403 forbidden", problem("send-message", 403, "forbidden"), "Your account is not allowed to do this.", "Edit"],
  ["the gateway's 429", gatewayAnswer(429, "Too Many Requests", NOW), "Too many requests at once.", "Try again"],
  ["the gateway's 504", gatewayAnswer(504, "Endpoint request timed out", NOW), "The network is slow", "Try again"],
  ["a proxy's 415", gatewayAnswer(415, "Unsupported Media Type"), "This file type is not supported.", "Edit"],
] as const) {
  test(`${what} has its own words and a remedy, and the text is kept`, async ({ signedIn }) => {
    const conversation = await begunConversation(uniqueTitle("Refused"));
    const ana = await signedIn("patient-a", { path: `/messages/${conversation.id}` });
    let failing = true;
    await onSend(ana, (route) => (failing ? route.fulfill(refusal) : route.fallback()));
    await send(ana, "Do not lose me");
    await expect(lastMessage(ana)).toContainText(words, { timeout: 20_000 });
    // It outlives a reload, which signs in again by itself.
    failing = false;
    if (way === "Try again") {
      await lastMessage(ana).getByRole("button", { name: way }).click();
    } else {
      await expect(lastMessage(ana).getByRole("button", { name: "Try again" })).toHaveCount(0);
      await ana.reload();
      await lastMessage(ana).getByRole("button", { name: way }).click();
      await expect(box(ana)).toHaveValue("Do not lose me");
      await box(ana).press("Enter");
    }
    await expect(lastMessage(ana)).toContainText("Sent");
    await expect.poll(() => texts(conversation.id)).toEqual(["How are you today?", "Do not lose me"]);
  });
}

test("closed while writing: the text becomes a draft that outlives a reload, and reopening is offered", async ({ signedIn }) => {
  const conversation = await begunConversation(uniqueTitle("Closed"));
  const ana = await signedIn("patient-a", { path: "/access-log" });
  // The page must not learn of the closing before it sends: not from the conversation, the list, or an answer on its way.
  const news = /\/api\/(conversations\/[^/]+(\/messages\?.*)?|patients\/[^/]+\/conversations(\?.*)?)$/;
  let deaf = false;
  await ana.route(news, async (route) => {
    const response = await route.fetch();
    await (deaf ? route.abort("connectionreset") : route.fulfill({ response }));
  });
  await ana.getByRole("link", { name: "Conversations", exact: true }).click();
  await ana.getByRole("link", { name: conversation.title }).click();
  await expect(log(ana).getByText("How are you today?")).toBeVisible();
  deaf = true;
  await (await api("clinician-a")).setStatus(conversation.id, "closed");
  const refused = ana.waitForResponse((response) => response.request().method() === "POST" && response.status() === 409);
  await send(ana, "One more question");
  await refused;
  await expect(ana.getByText("Kept as a draft. Reopen the conversation to send it.")).toBeHidden();
  deaf = false;
  await expect(box(ana)).toHaveValue("One more question");
  await expect(ana.getByText("Clara Clinician closed this conversation.")).toBeVisible();
  await ana.reload();
  await expect(box(ana)).toHaveValue("One more question");
  await expect(ana.getByText("Kept as a draft. Reopen the conversation to send it.")).toBeVisible();
  await expect(ana.getByRole("button", { name: "Send" })).toBeDisabled();
  await ana.getByRole("button", { name: "Reopen" }).click();
  await ana.getByRole("button", { name: "Send" }).click();
  await expect(lastMessage(ana)).toContainText("One more question");
  await expect(lastMessage(ana)).toContainText("Sent");
  expect(await texts(conversation.id)).toEqual(["How are you today?", "closed", "open", "One more question"]);
});

test("each conversation has a draft of its own, which outlives a reload", async ({ signedIn }) => {
  const [one, other] = [await begunConversation(uniqueTitle("Draft")), await begunConversation(uniqueTitle("Draft"))];
  const ana = await signedIn("patient-a", { path: `/messages/${one.id}` });
  await box(ana).fill("Half a thought");
  await ana.getByRole("link", { name: other.title }).click();
  await expect(ana.getByRole("heading", { level: 2 })).toHaveText(other.title);
  await expect(box(ana)).toHaveValue("");
  await box(ana).fill("Another");
  await ana.reload();
  await expect(box(ana)).toHaveValue("Another");
  await ana.getByRole("link", { name: one.title }).click();
  await expect(box(ana)).toHaveValue("Half a thought");
});

test("what was on its way at a reload is sent after it, once", async ({ signedIn }) => {
  const conversation = await begunConversation(uniqueTitle("Reload"));
  const ana = await signedIn("patient-a", { path: `/messages/${conversation.id}` });
  const server = latch();
  await onSend(ana, async (route) => {
    await route.fetch().catch(() => undefined);
    server.open();
    // Never answered: the page is reloaded first.
  });
  await send(ana, "On its way");
  await server.opened;
  await ana.unrouteAll({ behavior: "ignoreErrors" });
  ana.on("dialog", (dialog) => void dialog.accept());
  await ana.reload();
  await expect(lastMessage(ana)).toContainText("On its way");
  await expect(lastMessage(ana)).toContainText("Sent");
  await expect(log(ana).getByText("On its way")).toHaveCount(1);
  expect(await texts(conversation.id)).toEqual(["How are you today?", "On its way"]);
});

test("news arrives without reloading, and a reader further up keeps their place", async ({ signedIn }) => {
  const conversation = await begunConversation(uniqueTitle("News"));
  for (let line = 1; line <= 30; line += 1) {
    await say("clinician-a", conversation.id, `Line ${line}`);
  }
  const ana = await signedIn("patient-a", { path: `/messages/${conversation.id}`, browser: { viewport: { width: 900, height: 600 } } });
  await expect(log(ana).getByText("Line 30", { exact: true })).toBeInViewport();
  await say("clinician-a", conversation.id, "It came by itself");
  await expect(log(ana).getByText("It came by itself")).toBeInViewport({ timeout: 6_000 });
  const region = ana.getByRole("region", { name: "Messages of this conversation" });
  await region.hover();
  await ana.mouse.wheel(0, -800);
  await expect(ana.getByRole("button", { name: "To the newest message" })).toBeVisible();
  const place = () => region.evaluate((element) => element.scrollTop);
  await expect.poll(place).toBeGreaterThan(0);
  const before = await place();
  await say("clinician-a", conversation.id, "It came while Ana read above");
  const mark = ana.getByRole("button", { name: "New messages" });
  await expect(mark).toBeVisible({ timeout: 6_000 });
  expect(Math.abs((await place()) - before)).toBeLessThanOrEqual(1);
  await mark.click();
  await expect(log(ana).getByText("It came while Ana read above")).toBeInViewport();
  await expect(mark).toBeHidden();
});
