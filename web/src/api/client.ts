// Every route that the pages call, typed.
import type { Send } from "./http.ts";
import type {
  AnnouncedAttachment,
  Answer,
  Attachment,
  AuditEvent,
  ChartEncounter,
  ChatEntry,
  ContactPreferences,
  Conversation,
  EncounterStatus,
  Me,
  NewContact,
  NewDocument,
  NewOrder,
  Page,
  Patient,
  Questionnaire,
  Settings,
  Status,
  Task,
  TaskStatus,
} from "./types.ts";

/** What begins a conversation: a title by a clinician, an answered questionnaire by a patient. */
export type Beginning = { title: string } | { questionnaireId: string; questionnaireVersion: number; answers: Answer[] };

export interface OutgoingMessage {
  id: string;
  text: string;
  attachmentIds: string[];
}

export interface TaskFilter {
  pool?: string | undefined;
  status?: TaskStatus | undefined;
  owner?: string | undefined;
}

const part = encodeURIComponent;

export function client(send: Send) {
  return {
    me: (signal?: AbortSignal) => send<Me>({ path: "/me", signal }),
    settings: (signal?: AbortSignal) => send<Settings>({ path: "/settings", signal }),
    questionnaires: async (signal?: AbortSignal) => (await send<{ items: Questionnaire[] }>({ path: "/questionnaires", signal })).items,

    searchPatients: (q: string, signal?: AbortSignal) => send<Page<Patient>>({ path: "/patients", query: { q }, signal }),
    patient: (id: string, signal?: AbortSignal) => send<Patient>({ path: `/patients/${part(id)}`, signal }),
    accessLog: (patientId: string, cursor?: string, signal?: AbortSignal) =>
      send<Page<AuditEvent>>({ path: `/patients/${part(patientId)}/access-log`, query: { cursor }, signal }),

    conversations: (
      patientId: string,
      { q, cursor, limit }: { q?: string; cursor?: string | undefined; limit?: number },
      signal?: AbortSignal,
    ) => send<Page<Conversation>>({ path: `/patients/${part(patientId)}/conversations`, query: { q, cursor, limit }, signal }),
    /** The key makes it safe to repeat: one submission begins one conversation. */
    begin: (patientId: string, beginning: Beginning, key: string) =>
      send<Conversation>({
        method: "POST",
        path: `/patients/${part(patientId)}/conversations`,
        body: beginning,
        headers: { "idempotency-key": key },
        repeatable: true,
      }),
    conversation: (id: string, signal?: AbortSignal) => send<Conversation>({ path: `/conversations/${part(id)}`, signal }),
    entries: (id: string, query: { before?: number; after?: number; limit?: number }, signal?: AbortSignal) =>
      send<Page<ChatEntry>>({ path: `/conversations/${part(id)}/messages`, query, signal }),
    /** Once: the outbox repeats it, in order, with the same id. */
    sendMessage: (id: string, message: OutgoingMessage) =>
      send<ChatEntry>({ method: "POST", path: `/conversations/${part(id)}/messages`, body: message, repeatable: false }),
    setStatus: (id: string, status: Status) =>
      send<Conversation>({ method: "PUT", path: `/conversations/${part(id)}/status`, body: { status } }),
    markRead: (id: string, upTo: number) => send<Conversation>({ method: "PUT", path: `/conversations/${part(id)}/read`, body: { upTo } }),
    markUnread: (id: string) => send<Conversation>({ method: "DELETE", path: `/conversations/${part(id)}/read` }),

    announceAttachment: (id: string, file: { contentType: string; size: number; fileName: string }) =>
      // Announcing twice leaves an announcement that nobody uploads, which goes after a day.
      send<AnnouncedAttachment>({ method: "POST", path: `/conversations/${part(id)}/attachments`, body: file, repeatable: true }),
    attachment: (id: string, attachmentId: string, signal?: AbortSignal) =>
      send<Attachment>({ path: `/conversations/${part(id)}/attachments/${part(attachmentId)}`, signal }),

    encounter: (id: string, signal?: AbortSignal) => send<ChartEncounter>({ path: `/encounters/${part(id)}`, signal }),
    encounters: (patientId: string, cursor?: string, signal?: AbortSignal) =>
      send<Page<ChartEncounter>>({ path: `/patients/${part(patientId)}/encounters`, query: { cursor }, signal }),
    setEncounterStatus: (id: string, status: EncounterStatus) =>
      send<ChartEncounter>({ method: "PUT", path: `/encounters/${part(id)}/status`, body: { status } }),
    /** Orders and documents carry an id made here, with which repeating is safe. */
    addOrder: (id: string, order: NewOrder) =>
      send<unknown>({ method: "POST", path: `/encounters/${part(id)}/orders`, body: order, repeatable: true }),
    linkDocument: (id: string, document: NewDocument) =>
      send<unknown>({ method: "POST", path: `/encounters/${part(id)}/documents`, body: document, repeatable: true }),

    tasks: (filter: TaskFilter, cursor?: string, signal?: AbortSignal) =>
      send<Page<Task>>({ path: "/tasks", query: { ...filter, cursor }, signal }),
    setTask: (id: string, change: { status: TaskStatus; owner?: string }) =>
      send<Task>({ method: "PUT", path: `/tasks/${part(id)}`, body: change }),

    contact: (signal?: AbortSignal) => send<ContactPreferences>({ path: "/me/notifications", signal }),
    setContact: (contact: NewContact) => send<ContactPreferences>({ method: "PUT", path: "/me/notifications", body: contact }),
  };
}

export type Api = ReturnType<typeof client>;
