// GET /conversations/{conversationId}/messages: the twin of list-messages, for the latest page of a patient's own chat.
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { sign } from "./cursor.js";
import { answer, notFound, pathId, serve } from "./http.js";
import { caller } from "./identity.js";
import { TableName, client, entryKey, entryView, isVisible } from "./table.js";

const LIMIT = 50;

serve("GET", "/conversations/{conversationId}/messages", async (event) => {
  const reader = await caller(event);
  const id = pathId(event, "conversationId");
  const query = {
    TableName,
    KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
    ExpressionAttributeValues: { ":pk": { S: `CONV#${id}` }, ":from": { S: entryKey(0) }, ":to": { S: "HEAD" } },
    ScanIndexForward: false,
    Limit: LIMIT + 1,
  };
  const { Items } = await client.send(new QueryCommand(query));
  const [head, ...entries] = Items.map((item) => unmarshall(item));
  if (!isVisible(head, reader)) throw notFound();
  const items = entries.reverse().map(entryView);
  const first = items[0]?.number ?? 1;
  const nextCursor = await sign(first > 1 ? { before: first } : undefined, reader, event.rawPath);
  return answer(200, { items, nextCursor });
});
