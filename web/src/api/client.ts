// The operations that the pages call, under short names.
import type { Call, Send } from "./http.ts";
import type { EncounterStatus, NewContact, NewConversation, NewDocument, NewMessage, NewOrder, Status } from "./types.ts";

type Query<Id extends "list-conversations" | "list-messages" | "list-tasks"> = NonNullable<Call<Id>["query"]>;

/** A message as it is sent: without images the list is empty. */
export type OutgoingMessage = NewMessage & { attachmentIds: string[] };
export type TaskFilter = Query<"list-tasks">;

/** The API on behalf of one person. */
export function client(send: Send) {
  return {
    me: (signal?: AbortSignal) => send("get-me", { signal }),
    settings: (signal?: AbortSignal) => send("get-settings", { signal }),
    questionnaires: async (signal?: AbortSignal) => (await send("list-questionnaires", { signal })).items,
    contact: (signal?: AbortSignal) => send("get-notifications", { signal }),
    setContact: (contact: NewContact) => send("put-notifications", { body: contact }),

    searchPatients: (q: string, signal?: AbortSignal) => send("search-patients", { query: { q }, signal }),
    patient: (patientId: string, signal?: AbortSignal) => send("get-patient", { path: { patientId }, signal }),
    accessLog: (patientId: string, cursor?: string, signal?: AbortSignal) =>
      send("list-access-log", { path: { patientId }, query: { cursor }, signal }),

    conversations: (patientId: string, query: Query<"list-conversations">, signal?: AbortSignal) =>
      send("list-conversations", { path: { patientId }, query, signal }),
    /** The key makes it safe to repeat: one submission creates one conversation. */
    begin: (patientId: string, conversation: NewConversation, key: string) =>
      send("create-conversation", { path: { patientId }, body: conversation, headers: { "Idempotency-Key": key }, repeatable: true }),
    conversation: (conversationId: string, signal?: AbortSignal) => send("get-conversation", { path: { conversationId }, signal }),
    entries: (conversationId: string, query: Query<"list-messages">, signal?: AbortSignal) =>
      send("list-messages", { path: { conversationId }, query, signal }),
    /** Not repeated here: the outbox repeats it, in order, with the same id. */
    sendMessage: (conversationId: string, message: OutgoingMessage) =>
      send("send-message", { path: { conversationId }, body: message, repeatable: false }),
    setStatus: (conversationId: string, status: Status) => send("set-conversation-status", { path: { conversationId }, body: { status } }),
    markRead: (conversationId: string, upTo: number) => send("mark-read", { path: { conversationId }, body: { upTo } }),
    markUnread: (conversationId: string) => send("mark-unread", { path: { conversationId } }),

    /** Repeating it leaves an announcement that nobody uploads, which expires after a day. */
    announceAttachment: (conversationId: string, file: { contentType: string; size: number; fileName: string }) =>
      send("create-attachment", { path: { conversationId }, body: file, repeatable: true }),
    attachment: (conversationId: string, attachmentId: string, signal?: AbortSignal) =>
      send("get-attachment", { path: { conversationId, attachmentId }, signal }),

    encounter: (encounterId: string, signal?: AbortSignal) => send("get-encounter", { path: { encounterId }, signal }),
    encounters: (patientId: string, cursor?: string, signal?: AbortSignal) =>
      send("list-encounters", { path: { patientId }, query: { cursor }, signal }),
    setEncounterStatus: (encounterId: string, status: EncounterStatus) =>
      send("set-encounter-status", { path: { encounterId }, body: { status } }),
    /** Orders and documents carry an id made here, which makes repeating safe. */
    addOrder: (encounterId: string, order: NewOrder) => send("create-order", { path: { encounterId }, body: order, repeatable: true }),
    linkDocument: (encounterId: string, document: NewDocument) =>
      send("link-document", { path: { encounterId }, body: document, repeatable: true }),

    tasks: (filter: TaskFilter, cursor?: string, signal?: AbortSignal) => send("list-tasks", { query: { ...filter, cursor }, signal }),
    setTask: (taskId: string, change: Call<"update-task">["body"]) => send("update-task", { path: { taskId }, body: change }),
  };
}

export type Api = ReturnType<typeof client>;
