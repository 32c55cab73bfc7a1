// An API in memory that keeps the product's rules, with knobs for what can go wrong. The tests' network and, served, a page's.
import { delay, http as on, HttpResponse, type JsonBodyType } from "msw";
import type { ChartEncounter, ChatEntry, Conversation, Me, Person, Questionnaire, Settings, Task } from "../../src/api/types.ts";

export const PATIENT_ID = "01900000-0000-7000-8000-00000000000a";
export const ana: Person = { userId: "patient-a", role: "patient", name: "Ana Patient" };
export const clara: Person = { userId: "clinician-a", role: "clinician", name: "Clara Clinician" };

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

interface Chat {
  head: Conversation;
  entries: ChatEntry[];
  /** How far each person has read. */
  cursors: Map<string, number>;
}

export class FakeApi {
  readonly base: string;
  caller: Person = ana;
  readonly chats = new Map<string, Chat>();
  readonly tasks: Task[] = [];
  readonly keys = new Map<string, string>();
  readonly attachments = new Map<string, "pending" | "ready" | "rejected">();
  readonly encounters = new Map<string, ChartEncounter>();
  contact: { email?: string; sms?: string } = {};
  /** Every request, as `METHOD path`. */
  readonly seen: string[] = [];
  /** Decides each request's fate before (`answer` undefined) or after the rules have been applied. */
  fate: (request: Request) => "ok" | "lost" | "answer-lost" | { status: number; code: string; errors?: JsonBodyType } = () => "ok";
  latencyMs = 0;
  #clock = Date.now() - 3_600_000;
  #ids = 0x1000;

  constructor(base = "https://api.example.org") {
    this.base = base;
  }

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

  /** Begins a chat, as a test's story needs it. */
  chat(title: string, by: Person = ana): Chat {
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
    const chat = { head, entries: [], cursors: new Map<string, number>() };
    this.chats.set(head.id, chat);
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
    return chat;
  }

  say({ head, entries }: Chat, sender: Person, text: string, more: Partial<ChatEntry> = {}): ChatEntry {
    const entry: ChatEntry = { number: head.lastNumber + 1, kind: "message", id: this.id(), sender, text, sentAt: this.now(), ...more };
    entries.push(entry);
    head.lastNumber = entry.number;
    head.lastMessageAt = entry.sentAt;
    head.lastMessagePreview = text.replaceAll(/\s+/g, " ").slice(0, 120);
    return entry;
  }

  setStatus(chat: Chat, by: Person, status: "open" | "closed"): void {
    const { head, entries } = chat;
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

  task(chat: Chat): Task {
    const task: Task = {
      id: this.id(),
      status: "requested",
      pool: "clinic",
      conversationId: chat.head.id,
      patientId: PATIENT_ID,
      patientName: ana.name,
      title: chat.head.title,
      openedByNumber: 1,
      createdAt: this.now(),
    };
    this.tasks.push(task);
    return task;
  }

  view({ head, entries, cursors }: Chat): Conversation {
    const ownSide = this.caller.role === "patient";
    const lastOther = entries.findLast(({ kind, sender }) => kind === "message" && (sender.role === "patient") !== ownSide)?.number ?? 0;
    return {
      ...head,
      unread: lastOther > (cursors.get(this.caller.userId) ?? 0),
      ...(head.canReply ? {} : { reason: "conversation-closed" }),
    };
  }

  #problem(status: number, code: string, more: Record<string, unknown> = {}) {
    return HttpResponse.json(
      { type: `urn:portal-messaging:problem:${code}`, title: code, status, code, ...more },
      { status, headers: { "content-type": "application/problem+json" } },
    );
  }

  #route(
    method: "get" | "post" | "put" | "delete",
    path: string,
    answer: (call: RouteCall) => JsonBodyType | Response | Promise<Response>,
  ) {
    return on[method](`${this.base}${path}`, async ({ request, params }) => {
      const url = new URL(request.url);
      this.seen.push(`${request.method} ${url.pathname.replace(new URL(this.base).pathname.replace(/\/$/, ""), "")}`);
      if (this.latencyMs > 0) {
        await delay(this.latencyMs);
      }
      const fate = this.fate(request.clone());
      if (fate === "lost") {
        return HttpResponse.error();
      }
      if (typeof fate === "object") {
        return this.#problem(fate.status, fate.code, fate.errors === undefined ? {} : { errors: fate.errors });
      }
      const text = await request.text();
      const result = await answer({
        id: String(params["id"]),
        query: url.searchParams,
        body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>,
        headers: request.headers,
      });
      if (fate === "answer-lost") {
        return HttpResponse.error();
      }
      return result instanceof Response ? result : HttpResponse.json(result);
    });
  }

  #chat(id: string, then: (chat: Chat) => JsonBodyType | Response): JsonBodyType | Response {
    const chat = this.chats.get(id);
    return chat ? then(chat) : this.#problem(404, "not-found");
  }

  readonly handlers = () => [
    this.#route("get", "/me", () => this.me),
    this.#route("get", "/settings", () => settings),
    this.#route("get", "/questionnaires", () => ({ items: [form] })),
    this.#route("get", "/patients", ({ query }) => ({
      items: ana.name.toLowerCase().includes(query.get("q")?.toLowerCase() ?? "") ? [patient] : [],
      nextCursor: null,
    })),
    this.#route("get", "/patients/:id", ({ id }) => (id === PATIENT_ID ? patient : this.#problem(404, "not-found"))),
    this.#route("get", "/patients/:id/access-log", () => ({
      items: [
        { id: this.id(), recordedAt: this.now(), agent: clara, action: "read-conversation" },
        { id: this.id(), recordedAt: this.now(), agent: clara, action: "send-message" },
      ],
      nextCursor: null,
    })),
    this.#route("get", "/patients/:id/conversations", ({ query }) => this.#list(query)),
    this.#route("post", "/patients/:id/conversations", ({ body, headers }) => this.#begin(body, headers.get("idempotency-key"))),
    this.#route("get", "/patients/:id/encounters", () => ({ items: [...this.encounters.values()], nextCursor: null })),
    this.#route("get", "/conversations/:id", ({ id }) => this.#chat(id, (chat) => this.view(chat))),
    this.#route("get", "/conversations/:id/messages", ({ id, query }) => this.#chat(id, ({ entries }) => page(entries, query))),
    this.#route("post", "/conversations/:id/messages", ({ id, body }) => this.#chat(id, (chat) => this.#send(chat, body))),
    this.#route("put", "/conversations/:id/status", ({ id, body }) =>
      this.#chat(id, (chat) => {
        this.setStatus(chat, this.caller, body["status"] as "open" | "closed");
        return this.view(chat);
      }),
    ),
    this.#route("put", "/conversations/:id/read", ({ id, body }) =>
      this.#chat(id, (chat) => {
        chat.cursors.set(this.caller.userId, Math.max(chat.cursors.get(this.caller.userId) ?? 0, Number(body["upTo"])));
        return this.view(chat);
      }),
    ),
    this.#route("delete", "/conversations/:id/read", ({ id }) =>
      this.#chat(id, (chat) => {
        const other = chat.entries.findLast(({ kind, sender }) => kind === "message" && sender.role !== this.caller.role);
        if (other) {
          chat.cursors.set(this.caller.userId, other.number - 1);
        }
        return this.view(chat);
      }),
    ),
    this.#route("post", "/conversations/:id/attachments", () => {
      const id = this.id();
      this.attachments.set(id, "pending");
      const upload = { method: "PUT", url: `${this.base}/bucket/${id}`, headers: { "content-type": "image/png" }, expiresAt: this.now() };
      return HttpResponse.json({ id, upload }, { status: 201 });
    }),
    this.#route("get", "/conversations/:id/attachments/:attachment", () => ({
      id: "image",
      status: "ready",
      contentType: "image/png",
      width: 200,
      height: 150,
      url: `${this.base}/image.png`,
      thumbnailUrl: `${this.base}/image.png`,
    })),
    on.put(`${this.base}/bucket/:id`, () => new HttpResponse(null, { status: 200 })),
    this.#route("get", "/encounters/:id", ({ id }) => this.#encounter(id, (encounter) => encounter)),
    this.#route("put", "/encounters/:id/status", ({ id, body }) =>
      this.#encounter(id, (encounter) => {
        const chat = this.chats.get(encounter.conversationId);
        if (chat) {
          this.setStatus(chat, this.caller, body["status"] === "finished" ? "closed" : "open");
        }
        return encounter;
      }),
    ),
    this.#route("post", "/encounters/:id/orders", ({ id, body }) =>
      this.#encounter(id, (encounter) => {
        encounter.orders.push({ id: String(body["id"]), text: String(body["text"]), createdAt: this.now(), createdBy: this.caller });
        return HttpResponse.json(body, { status: 201 });
      }),
    ),
    this.#route("post", "/encounters/:id/documents", ({ id, body }) =>
      this.#encounter(id, (encounter) => {
        encounter.documents.push({
          id: String(body["id"]),
          title: String(body["title"]),
          url: String(body["url"]),
          createdAt: this.now(),
          createdBy: this.caller,
        });
        return HttpResponse.json(body, { status: 201 });
      }),
    ),
    this.#route("get", "/tasks", ({ query }) => ({
      items: this.tasks.filter(
        (task) =>
          task.status === (query.get("status") ?? task.status) &&
          task.pool === (query.get("pool") ?? task.pool) &&
          (query.get("owner") !== "me" || task.owner === this.caller.userId),
      ),
      nextCursor: null,
    })),
    this.#route("put", "/tasks/:id", ({ id, body }) => {
      const task = this.tasks.find((one) => one.id === id);
      if (!task) {
        return this.#problem(404, "not-found");
      }
      task.status = body["status"] as Task["status"];
      if (task.status === "completed") {
        task.completedBy = this.caller;
      } else {
        task.owner = this.caller.userId;
        task.ownerName = this.caller.name;
      }
      return task;
    }),
    this.#route("get", "/me/notifications", () => this.contact),
    this.#route("put", "/me/notifications", ({ body }) => (this.contact = body)),
  ];

  #encounter(id: string, then: (encounter: ChartEncounter) => ChartEncounter | Response): JsonBodyType | Response {
    const encounter = this.encounters.get(id);
    const result = encounter ? then(encounter) : this.#problem(404, "not-found");
    return result instanceof Response ? result : HttpResponse.json(result);
  }

  #list(query: URLSearchParams): JsonBodyType {
    const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const matching = [...this.chats.values()].filter(({ head, entries }) => {
      const all = [head.title, ...entries.map((entry) => entry.text ?? "")].join(" ").toLowerCase();
      return words.every((word) => all.includes(word));
    });
    const time = ({ head }: Chat) => head.lastMessageAt ?? head.createdAt;
    matching.sort((a, b) => Number(b.head.canReply) - Number(a.head.canReply) || time(b).localeCompare(time(a)));
    const from = Number(query.get("cursor") ?? 0);
    const limit = Number(query.get("limit") ?? 25);
    const next = from + limit < matching.length ? String(from + limit) : null;
    return { items: matching.slice(from, from + limit).map((chat) => this.view(chat)), nextCursor: next };
  }

  #begin(body: Record<string, unknown>, key: string | null): Response {
    const known = this.chats.get(this.keys.get(key ?? "") ?? "");
    const chat = known ?? this.chat(typeof body["title"] === "string" ? body["title"] : form.title, this.caller);
    if (!known && Array.isArray(body["answers"])) {
      const answers = body["answers"] as { linkId: string; value: string | boolean }[];
      const items = answers.flatMap(({ linkId, value }) => {
        const item = form.items.find((one) => one.linkId === linkId);
        return item ? [{ linkId, text: item.text, type: item.type, value }] : [];
      });
      const text = items.map((item) => `${item.text} ${String(item.value)}`).join("\n");
      this.say(chat, this.caller, text, { questionnaireResponse: { questionnaireId: form.id, questionnaireVersion: form.version, items } });
      this.task(chat);
    }
    if (key !== null) {
      this.keys.set(key, chat.head.id);
    }
    return HttpResponse.json(this.view(chat), { status: 201 });
  }

  #send(chat: Chat, body: Record<string, unknown>): Response {
    const stored = chat.entries.find((entry) => entry.id === body["id"]);
    if (stored) {
      return HttpResponse.json(stored);
    }
    if (!chat.head.canReply) {
      return this.#problem(409, "conversation-closed", { closedBy: chat.head.closedBy });
    }
    const ids = body["attachmentIds"] as string[];
    const entry = this.say(chat, this.caller, String(body["text"]), {
      id: String(body["id"]),
      ...(ids.length > 0 && { attachments: ids.map((id) => ({ id, status: "pending" as const })) }),
    });
    return HttpResponse.json(entry, { status: 201 });
  }
}

interface RouteCall {
  id: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  headers: Headers;
}

const patient = { id: PATIENT_ID, name: ana.name, birthDate: "1980-02-29", recordNumber: "MRN-0042" };

function page(entries: ChatEntry[], query: URLSearchParams): JsonBodyType {
  const limit = Number(query.get("limit") ?? 50);
  const [before, after] = [query.get("before"), query.get("after")];
  const wanted = entries.filter(({ number }) => (before === null || number < Number(before)) && (after === null || number > Number(after)));
  const items = after === null ? wanted.slice(-limit) : wanted.slice(0, limit);
  return { items, nextCursor: items.length < wanted.length ? "more" : null };
}
