// GET /patients/{patientId}/conversations: the twin of list-conversations, for a patient's own list.
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { sign } from "./cursor.js";
import { answer, notFound, pathId, serve } from "./http.js";
import { caller } from "./identity.js";
import { TableName, client, isOpen, long, personView, short } from "./table.js";

const LIMIT = 25;

/** A chat as one side sees it that has read up to `cursor`. */
function view(head, role, cursor) {
  const [open, theirs] = [isOpen(head), role === "patient" ? head.lastStaff : head.lastPatient];
  return {
    id: head.id,
    patientId: head.patientId,
    encounterId: head.encounterId,
    title: head.title,
    status: open ? "open" : "closed",
    canReply: open,
    ...(!open && { reason: "conversation-closed" }),
    lastNumber: head.lastNumber,
    lastMessageAt: head.lastMessageAt ? new Date(head.lastMessageAt).toISOString() : null,
    lastMessagePreview: head.preview ?? null,
    unread: theirs > cursor,
    ...(head.awaitingSince && { awaitingReplySince: new Date(head.awaitingSince).toISOString() }),
    createdAt: new Date(head.createdAt).toISOString(),
    createdBy: personView(head.createdBy),
    ...(!open && { closedBy: personView(head.lockedBy) }),
    lockVersion: head.lockVersion,
  };
}

async function chatsOf(patient) {
  const query = {
    TableName,
    IndexName: "lists",
    KeyConditionExpression: "lpk = :lpk",
    FilterExpression: "attribute_exists(lastMessageAt)",
    ExpressionAttributeValues: { ":lpk": { S: `PATIENT#${patient}#CONV` } },
    ScanIndexForward: false,
    Limit: LIMIT,
  };
  const page = await client.send(new QueryCommand(query));
  return { heads: page.Items.map((item) => unmarshall(item)), next: page.LastEvaluatedKey && unmarshall(page.LastEvaluatedKey) };
}

async function cursorsOf(patient, reader) {
  const values = { ":pk": { S: `R#${short(patient)}#${reader}` } };
  const query = { TableName, KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: values };
  const { Items } = await client.send(new QueryCommand(query));
  return new Map(Items.map((item) => unmarshall(item)).map(({ sk, n }) => [long(sk), n]));
}

serve("GET", "/patients/{patientId}/conversations", async (event) => {
  const reader = await caller(event);
  const patient = pathId(event, "patientId");
  if (reader.role !== "patient" || reader.patientId !== patient) throw notFound();
  const [{ heads, next }, cursors] = await Promise.all([chatsOf(patient), cursorsOf(patient, reader.userId)]);
  const items = heads.map((head) => view(head, reader.role, cursors.get(head.id) ?? 0));
  return answer(200, { items, nextCursor: await sign(next, reader, event.rawPath) });
});
