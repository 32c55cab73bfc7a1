// A lossy network: what is written is stored once each, in order. In a file of its own, because it takes longest and starts early.
import { expect, test } from "./support/fixtures.ts";
import { lastMessage, log, onSend, send, texts } from "./support/messages.ts";
import { begunConversation, stored, uniqueTitle } from "./support/people.ts";

test("200 messages through a network that drops every fifth answer are stored once each, in order", async ({ signedIn }) => {
  test.setTimeout(300_000);
  const conversation = await begunConversation(uniqueTitle("Dropped"));
  const ana = await signedIn("patient-a", { path: `/messages/${conversation.id}` });
  await expect(log(ana).getByText("How are you today?")).toBeVisible();
  let sends = 0;
  let dropped = 0;
  await onSend(ana, async (route) => {
    sends += 1;
    if (sends % 5 === 3) {
      dropped += 1;
      await route.fetch();
      await route.abort("connectionreset");
    } else if (sends % 20 === 0) {
      // Now and then the request does not even arrive.
      await route.abort("connectionreset");
    } else {
      await route.fallback();
    }
  });
  const all = Array.from({ length: 200 }, (_, index) => `Message ${index + 1} of 200`);
  for (const text of all) {
    await send(ana, text);
  }
  await expect
    .poll(async () => (await stored(conversation.id)).length, { timeout: 240_000, intervals: [2_000] })
    .toBeGreaterThanOrEqual(all.length + 1);
  await expect(lastMessage(ana)).toContainText("Message 200 of 200");
  await expect(lastMessage(ana)).toContainText("Sent", { timeout: 30_000 });
  expect(await texts(conversation.id)).toEqual(["How are you today?", ...all]);
  expect(dropped).toBeGreaterThanOrEqual(40);
  // And the page shows what is stored: nothing twice, nothing waiting.
  await expect(log(ana).getByText("Message 200 of 200", { exact: true })).toHaveCount(1);
  await expect(log(ana).getByText("Not sent")).toHaveCount(0);
});
