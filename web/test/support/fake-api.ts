// An API in memory that keeps the product's rules, with switches for what can go wrong. It checks each request and answer.
import { delay, http as on, HttpResponse, type RequestHandler } from "msw";
import { type Operations, operations } from "../../src/api/generated/operations.gen.ts";
import type { AnswerOf, OperationId } from "../../src/api/http.ts";
import type {
  Conversation,
  ContactPreferences,
  Encounter,
  Entry,
  FieldProblem,
  Me,
  NewConversation,
  NewMessage,
  Page,
  Person,
  Questionnaire,
  Settings,
  Task,
} from "../../src/api/types.ts";
import { answer, checkRequest, MockedAnswer, type MockedRequest, problem, success } from "./contract.ts";

export const PATIENT_ID = "01900000-0000-7000-8000-00000000000a";
export const ana: Person = { userId: "patient-a", role: "patient", name: "Ana Patient" };
export const clara: Person = { userId: "clinician-a", role: "clinician", name: "Clara Clinician" };

const patient = { id: PATIENT_ID, name: ana.name, birthDate: "1980-02-29", recordNumber: "MRN-0042" };

const settings: Settings = {
  sendMessageLabel: "Send a message",
  encounterType: "Results",
  attachments: { maxBytes: 1_000_000, contentTypes: ["image/jpeg", "image/png"] },
  tasking: { enabled: true, pool: "clinic" },
};

const form: Questionnaire = {
  id: "01900000-0000-7000-8000-000000000101",
  version: 1,
  active: true,
  position: 0,
  title: "Ask about a result",
  description: "For questions about a laboratory or imaging result.",
  items: [
    { linkId: "result", text: "Which result is it about?", type: "string", required: true },
    { linkId: "kind", text: "What kind of result is it?", type: "choice", required: true, options: ["Blood test", "X-ray"] },
    { linkId: "question", text: "What would you like to know?", type: "text", required: true },
    { linkId: "call", text: "May we call you?", type: "boolean" },
  ],
};

/** A conversation as the API stores it. */
export interface Stored {
  head: Conversation;
  entries: Entry[];
  /** How far each person has read. */
  cursors: Map<string, number>;
}

/** What becomes of a request: `lost` before the rules are applied, `answer-lost` after, or a problem instead. */
type Fate = "ok" | "lost" | "answer-lost" | { status: number; code: string; errors?: FieldProblem[] };

type Call<Id extends OperationId> = Omit<MockedRequest, "body"> & { body: Operations[Id]["takes"]["body"] };

/** Where requests or answers differed from openapi.json; test/setup.ts fails a test that left some. */
export const violations: string[] = [];

export class FakeApi {
  readonly base = "https://api.example.org";
  caller: Person = ana;
  readonly conversations = new Map<string, Stored>();
  readonly tasks: Task[] = [];
  readonly encounters = new Map<string, Encounter>();
  contact: ContactPreferences = {};
  /** Every request, as `METHOD path`. */
  readonly seen: string[] = [];
  fate: (request: Request) => Fate = () => "ok";
  latencyMs = 0;
  /** The conversation that each idempotency key began. */
  readonly #keys = new Map<string, string>();
  #clock = Date.now() - 3_600_000;
  #ids = 0x1000;

  now(): string {
    this.#clock += 1_000;
    return new Date(this.#clock).toISOString();
  }

  id(): string {
    this.#ids += 1;
    return `01900000-0000-7000-8000-${this.#ids.toString(16).padStart(12, "0")}`;
  }

  get me(): Me {
    return { ...this.caller, ...(this.caller.role === "patient" && { patientId: PATIENT_ID }) };
  }

  /** Begins a conversation, as a test needs it. */
  begin(title: string, by: Person = ana): Stored {
    const at = this.now();
    const head: Conversation = {
      id: this.id(),
      patientId: PATIENT_ID,
      encounterId: this.id(),
      title,
      status: "open",
      canReply: true,
      lastNumber: 0,
      unread: false,
      createdAt: at,
      createdBy: by,
      lockVersion: 1,
    };
    const conversation = { head, entries: [], cursors: new Map<string, number>() };
    this.conversations.set(head.id, conversation);
    this.encounters.set(head.encounterId, {
      id: head.encounterId,
      patientId: PATIENT_ID,
      conversationId: head.id,
      type: "Results",
      status: "in-progress",
      archived: false,
      period: { start: at },
      statusHistory: [{ status: "in-progress", period: { start: at }, changedBy: by }],
      orders: [],
      documents: [],
    });
    return conversation;
  }

  say({ head, entries }: Stored, sender: Person, text: string, more: Partial<Entry> = {}): Entry {
    const entry: Entry = { number: head.lastNumber + 1, kind: "message", id: this.id(), sender, text, sentAt: this.now(), ...more };
    entries.push(entry);
    head.lastNumber = entry.number;
    head.lastMessageAt = entry.sentAt;
    head.lastMessagePreview = text.replaceAll(/\s+/g, " ").slice(0, 120);
    head.lastMessageImages = entry.attachments?.length ?? 0;
    return entry;
  }

  setStatus({ head, entries }: Stored, by: Person, status: "open" | "closed"): void {
    if (head.status === status) {
      return;
    }
    entries.push({ number: head.lastNumber + 1, kind: "status", sender: by, status, sentAt: this.now() });
    head.lastNumber += 1;
    head.lockVersion += 1;
    head.status = status;
    head.canReply = status === "open";
    head.closedBy = status === "closed" ? by : null;
    const encounter = this.encounters.get(head.encounterId);
    if (encounter) {
      const at = this.now();
      encounter.status = status === "closed" ? "finished" : "in-progress";
      encounter.archived = status === "closed";
      const last = encounter.statusHistory.at(-1);
      if (last) {
        last.period.end = at;
      }
      encounter.statusHistory.push({ status: encounter.status, period: { start: at }, changedBy: by });
      encounter.period.end = status === "closed" ? at : null;
    }
  }

  task({ head }: Stored): Task {
    const task: Task = {
      id: this.id(),
      status: "requested",
      pool: "clinic",
      conversationId: head.id,
      patientId: PATIENT_ID,
      patientName: ana.name,
      title: head.title,
      openedByNumber: 1,
      createdAt: this.now(),
    };
    this.tasks.push(task);
    return task;
  }

  /** A conversation as the caller sees it. */
  view({ head, entries, cursors }: Stored): Conversation {
    const own = this.caller.role === "patient";
    const lastOther = entries.findLast(({ kind, sender }) => kind === "message" && (sender.role === "patient") !== own)?.number ?? 0;
    return {
      ...head,
      unread: lastOther > (cursors.get(this.caller.userId) ?? 0),
      ...(!head.canReply && { reason: "conversation-closed" }),
    };
  }

  readonly handlers = (): RequestHandler[] => [
    this.#on("get-me", () => this.me),
    this.#on("get-settings", () => settings),
    this.#on("get-notifications", () => this.contact),
    this.#on("put-notifications", ({ body }) => (this.contact = body)),
    this.#on("list-questionnaires", () => ({ items: [form] })),
    ...this.#patientHandlers(),
    ...this.#conversationHandlers(),
    ...this.#attachmentHandlers(),
    ...this.#encounterHandlers(),
    ...this.#taskHandlers(),
  ];

  #patientHandlers(): RequestHandler[] {
    return [
      this.#on("search-patients", ({ query }) => ({
        items: ana.name.toLowerCase().includes(query.get("q")?.toLowerCase() ?? "") ? [patient] : [],
        nextCursor: null,
      })),
      this.#on("get-patient", ({ path }) => (path["patientId"] === PATIENT_ID ? patient : problem("get-patient", 404, "not-found"))),
      this.#on("list-access-log", () => ({
        items: [
          { id: this.id(), recordedAt: this.now(), agent: clara, action: "read-conversation" as const },
          { id: this.id(), recordedAt: this.now(), agent: clara, action: "send-message" as const },
        ],
        nextCursor: null,
      })),
    ];
  }

  #conversationHandlers(): RequestHandler[] {
    return [
      this.#on("list-conversations", ({ query }) => this.#list(query)),
      this.#on("create-conversation", ({ body, headers }) =>
        answer("create-conversation", 201, this.view(this.#create(body, headers.get("idempotency-key")))),
      ),
      this.#onConversation("get-conversation", (conversation) => this.view(conversation)),
      this.#onConversation("list-messages", ({ entries }, { query }) => pageOf(entries, query)),
      this.#onConversation("send-message", (conversation, { body }) => this.#send(conversation, body)),
      this.#onConversation("set-conversation-status", (conversation, { body }) => {
        this.setStatus(conversation, this.caller, body.status);
        return this.view(conversation);
      }),
      this.#onConversation("mark-read", (conversation, { body }) => {
        const { userId } = this.caller;
        conversation.cursors.set(userId, Math.max(conversation.cursors.get(userId) ?? 0, body.upTo));
        return this.view(conversation);
      }),
      this.#onConversation("mark-unread", (conversation) => {
        const other = conversation.entries.findLast(({ kind, sender }) => kind === "message" && sender.role !== this.caller.role);
        if (other) {
          conversation.cursors.set(this.caller.userId, other.number - 1);
        }
        return this.view(conversation);
      }),
    ];
  }

  #attachmentHandlers(): RequestHandler[] {
    return [
      this.#on("create-attachment", () => {
        const id = this.id();
        const upload = { method: "PUT", url: `${this.base}/bucket/${id}`, headers: { "content-type": "image/png" }, expiresAt: this.now() };
        return answer("create-attachment", 201, { id, upload });
      }),
      this.#on("get-attachment", ({ path }) => ({
        id: path["attachmentId"] ?? "",
        status: "ready" as const,
        contentType: "image/png",
        width: 200,
        height: 150,
        url: `${this.base}/image.png`,
        thumbnailUrl: `${this.base}/image.png`,
      })),
      on.put(`${this.base}/bucket/:id`, () => new HttpResponse(null, { status: 200 })),
    ];
  }

  #encounterHandlers(): RequestHandler[] {
    const created = () => ({ createdAt: this.now(), createdBy: this.caller });
    return [
      this.#on("list-encounters", () => ({ items: [...this.encounters.values()], nextCursor: null })),
      this.#onEncounter("get-encounter", (encounter) => encounter),
      this.#onEncounter("set-encounter-status", (encounter, { body }) => {
        const conversation = this.conversations.get(encounter.conversationId);
        if (conversation) {
          this.setStatus(conversation, this.caller, body.status === "finished" ? "closed" : "open");
        }
        return encounter;
      }),
      this.#onEncounter("create-order", (encounter, { body }) => {
        const order = { id: body.id ?? this.id(), text: body.text, ...created() };
        encounter.orders.push(order);
        return answer("create-order", 201, order);
      }),
      this.#onEncounter("link-document", (encounter, { body }) => {
        const document = { id: body.id ?? this.id(), title: body.title, url: body.url, ...created() };
        encounter.documents.push(document);
        return answer("link-document", 201, document);
      }),
    ];
  }

  #taskHandlers(): RequestHandler[] {
    return [
      this.#on("list-tasks", ({ query }) => ({
        items: this.tasks.filter(
          (task) =>
            task.status === (query.get("status") ?? task.status) &&
            task.pool === (query.get("pool") ?? task.pool) &&
            (query.get("owner") !== "me" || task.owner === this.caller.userId),
        ),
        nextCursor: null,
      })),
      this.#on("update-task", ({ path, body }) => {
        const task = this.tasks.find(({ id }) => id === path["taskId"]);
        if (!task) {
          return problem("update-task", 404, "not-found");
        }
        task.status = body.status;
        if (task.status === "completed") {
          task.completedBy = this.caller;
        } else {
          task.owner = this.caller.userId;
          task.ownerName = this.caller.name;
        }
        return task;
      }),
    ];
  }

  /** Answers an operation; a body alone is answered with 200. */
  #on<Id extends OperationId>(id: Id, handle: (call: Call<Id>) => AnswerOf<Id> | MockedAnswer): RequestHandler {
    const { method, path } = operations[id];
    const url = `${this.base}${path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
    return on[LOWER[method]](url, async ({ request, params }) => {
      this.seen.push(`${request.method} ${new URL(request.url).pathname}`);
      if (this.latencyMs > 0) {
        await delay(this.latencyMs);
      }
      try {
        const call = await received(request, params);
        checkRequest(id, call);
        const fate = this.fate(request.clone());
        const given = fate === "lost" ? undefined : typeof fate === "object" ? refused(id, fate) : handle(call as Call<Id>);
        return given === undefined || fate === "answer-lost" ? HttpResponse.error() : responseOf(id, given);
      } catch (error) {
        violations.push(String(error));
        return HttpResponse.error();
      }
    });
  }

  #onConversation<Id extends OperationId>(
    id: Id,
    handle: (conversation: Stored, call: Call<Id>) => AnswerOf<Id> | MockedAnswer,
  ): RequestHandler {
    return this.#on(id, (call) => {
      const conversation = this.conversations.get(call.path["conversationId"] ?? "");
      return conversation ? handle(conversation, call) : problem(id, 404, "not-found");
    });
  }

  #onEncounter<Id extends OperationId>(
    id: Id,
    handle: (encounter: Encounter, call: Call<Id>) => AnswerOf<Id> | MockedAnswer,
  ): RequestHandler {
    return this.#on(id, (call) => {
      const encounter = this.encounters.get(call.path["encounterId"] ?? "");
      return encounter ? handle(encounter, call) : problem(id, 404, "not-found");
    });
  }

  #list(query: URLSearchParams): Page<Conversation> {
    const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const matching = [...this.conversations.values()].filter(({ head, entries }) => {
      const all = [head.title, ...entries.map((entry) => entry.text ?? "")].join(" ").toLowerCase();
      return words.every((word) => all.includes(word));
    });
    const time = ({ head }: Stored) => head.lastMessageAt ?? head.createdAt;
    matching.sort((a, b) => Number(b.head.canReply) - Number(a.head.canReply) || time(b).localeCompare(time(a)));
    const from = Number(query.get("cursor") ?? 0);
    const limit = Number(query.get("limit") ?? 25);
    const nextCursor = from + limit < matching.length ? String(from + limit) : null;
    return { items: matching.slice(from, from + limit).map((one) => this.view(one)), nextCursor };
  }

  #create(body: NewConversation, key: string | null): Stored {
    const known = this.conversations.get(this.#keys.get(key ?? "") ?? "");
    if (known) {
      return known;
    }
    const conversation = this.begin("title" in body ? body.title : form.title, this.caller);
    if (key !== null) {
      this.#keys.set(key, conversation.head.id);
    }
    if ("answers" in body) {
      const items = body.answers.flatMap(({ linkId, value }) => {
        const item = form.items.find((one) => one.linkId === linkId);
        return item ? [{ linkId, text: item.text, type: item.type, value }] : [];
      });
      const text = items.map((item) => `${item.text} ${String(item.value)}`).join("\n");
      const questionnaireResponse = { questionnaireId: form.id, questionnaireVersion: form.version, items };
      this.say(conversation, this.caller, text, { questionnaireResponse });
      this.task(conversation);
    }
    return conversation;
  }

  #send(conversation: Stored, { id, text, attachmentIds = [] }: NewMessage): MockedAnswer {
    const { head, entries } = conversation;
    const stored = entries.find((entry) => entry.id === id);
    if (stored) {
      return answer("send-message", 200, stored);
    }
    if (!head.canReply) {
      return problem("send-message", 409, "conversation-closed", { closedBy: head.closedBy ?? null });
    }
    const attachments = attachmentIds.map((image) => ({ id: image, status: "pending" as const }));
    const entry = this.say(conversation, this.caller, text, { id, ...(attachments.length > 0 && { attachments }) });
    return answer("send-message", 201, entry);
  }
}

const LOWER = { GET: "get", POST: "post", PUT: "put", DELETE: "delete" } as const;

async function received(request: Request, params: Record<string, unknown>): Promise<MockedRequest> {
  const text = await request.clone().text();
  return {
    path: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
    query: new URL(request.url).searchParams,
    headers: request.headers,
    body: text === "" ? undefined : (JSON.parse(text) as unknown),
  };
}

function refused(id: OperationId, { status, code, errors }: Exclude<Fate, string>): MockedAnswer {
  return problem(id, status, code, errors ? { errors } : {});
}

function responseOf(id: OperationId, given: unknown): Response {
  const { status, headers, body } = given instanceof MockedAnswer ? given : success(id, given);
  return new HttpResponse(body, { status, headers });
}

function pageOf(entries: Entry[], query: URLSearchParams): Page<Entry> {
  const limit = Number(query.get("limit") ?? 50);
  const [before, after] = [query.get("before"), query.get("after")];
  const wanted = entries.filter(({ number }) => (before === null || number < Number(before)) && (after === null || number > Number(after)));
  const items = after === null ? wanted.slice(-limit) : wanted.slice(0, limit);
  return { items, nextCursor: items.length < wanted.length ? "more" : null };
}
