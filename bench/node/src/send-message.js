// POST /conversations/{conversationId}/messages: the twin of send-message, exactly once and never into a closed chat.
import { GetItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { Refusal, answer, json, notFound, pathId, serve } from "./http.js";
import { caller } from "./identity.js";
import { TableName, client, entryKey, entryView, isOpen, isVisible, personItem, short, storedText, textOf } from "./table.js";

const MESSAGE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
const KEPT_SECONDS = 30 * 24 * 3600;
const TRIES = 13;

async function read(pk, sk) {
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: marshall({ pk, sk }), ConsistentRead: true }));
  return Item && unmarshall(Item);
}

function checked(body) {
  const text = typeof body.text === "string" ? body.text.replaceAll("\r\n", "\n").trim() : "";
  if (!MESSAGE_ID.test(body.id ?? "")) throw new Refusal(422, "invalid", "The id is no UUID of version 7");
  if (text === "" || [...text].length > 10_000 || CONTROL.test(text)) throw new Refusal(422, "invalid", "The text can't be taken");
  return { id: body.id.toLowerCase(), text };
}

/** The stored message that is sent again. */
async function sentBefore(pk, record, message, sender) {
  const entry = await read(pk, entryKey(record.n));
  if (textOf(entry.t) !== message.text || entry.by.i !== sender.userId) throw new Refusal(422, "message-id-reused", "The id is taken");
  return answer(200, entryView(entry));
}

serve("POST", "/conversations/{conversationId}/messages", async (event) => {
  const sender = await caller(event);
  const id = pathId(event, "conversationId");
  const message = checked(json(event));
  const pk = `CONV#${id}`;
  const stored = storedText(message.text);
  for (let tries = 1; ; tries += 1) {
    const head = await read(pk, "HEAD");
    if (!isVisible(head, sender)) throw notFound();
    const recordKey = { pk: `ACCESS#${head.patientId}`, sk: `${message.id.replaceAll("-", "")}#${short(id)}` };
    if (!isOpen(head)) {
      const record = await read(recordKey.pk, recordKey.sk);
      if (record) return sentBefore(pk, record, message, sender);
      throw new Refusal(409, "conversation-closed", "The conversation is closed");
    }
    const [now, number, by] = [Date.now(), head.lastNumber + 1, personItem(sender)];
    const entry = { pk, sk: entryKey(number), by, at: now, id: short(message.id), t: stored };
    const side = sender.role === "patient" ? { lastPatient: number, awaitingSince: head.awaitingSince ?? now } : { lastStaff: number };
    const preview = message.text.replace(/\s+/g, " ").slice(0, 100);
    const newHead = { ...head, lastNumber: number, lastMessageAt: now, preview, ...side, lsk: `open#${now}#${id}` };
    if (sender.role !== "patient") delete newHead.awaitingSince;
    const record = { ...recordKey, n: number, expiresAt: Math.floor(now / 1000) + KEPT_SECONDS };
    const put = (item, ConditionExpression, values) => ({
      Put: {
        TableName,
        Item: marshall(item, { removeUndefinedValues: true }),
        ConditionExpression,
        ...(values && { ExpressionAttributeValues: marshall(values) }),
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    });
    const unchanged = { ":lockVersion": head.lockVersion, ":lastNumber": head.lastNumber };
    const TransactItems = [
      put(record, "attribute_not_exists(pk)"),
      put(newHead, "lockVersion = :lockVersion AND lastNumber = :lastNumber", unchanged),
      put(entry, "attribute_not_exists(pk)"),
    ];
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems }));
      return answer(201, entryView(entry));
    } catch (error) {
      if (error.name !== "TransactionCanceledException") throw error;
      const taken = error.CancellationReasons?.[0]?.Item;
      if (taken) return sentBefore(pk, unmarshall(taken), message, sender);
      if (tries === TRIES) throw new Refusal(503, "busy", "Try again in a moment");
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** Math.min(tries + 2, 8)));
    }
  }
});
