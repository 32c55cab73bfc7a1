// The API on behalf of a demo account: to prepare a test, and to check what was stored.
import { v7 as uuidv7 } from "uuid";
import { type Api, client } from "../../../src/api/client.ts";
import { http } from "../../../src/api/http.ts";
import type { Entry, Conversation } from "../../../src/api/types.ts";
import { patientId, type Person, stack, token } from "./stack.ts";

const known = new Map<Person, Promise<Api>>();

/** The API on behalf of a person. */
export function api(person: Person): Promise<Api> {
  const made =
    known.get(person) ?? token(person).then((bearer) => client(http({ apiUrl: stack.apiUrl, token: () => bearer, timeoutMs: 30_000 })));
  known.set(person, made);
  return made;
}

/** A title that no other test uses; a search finds it by its second word. */
export function uniqueTitle(what: string): string {
  return `${what} ${uuidv7().replaceAll("-", "").slice(4, 16)}`;
}

/** A clinician begins a conversation with a patient and says something in it, so that both see it. */
export async function begunConversation(title: string, patient: Person = "patient-a", first = "How are you today?"): Promise<Conversation> {
  const clara = await api("clinician-a");
  const conversation = await clara.begin(patientId(patient), { title }, uuidv7());
  await say("clinician-a", conversation.id, first);
  return conversation;
}

/** Somebody sends a message. */
export async function say(person: Person, conversationId: string, text: string): Promise<Entry> {
  return (await api(person)).sendMessage(conversationId, { id: uuidv7(), text, attachmentIds: [] });
}

/** Everything that is stored in a conversation, in order. */
export async function stored(conversationId: string, person: Person = "clinician-a"): Promise<Entry[]> {
  const caller = await api(person);
  const all: Entry[] = [];
  for (;;) {
    const { items, nextCursor } = await caller.entries(conversationId, { after: all.at(-1)?.number ?? 0, limit: 100 });
    all.push(...items);
    if (!nextCursor || items.length === 0) {
      return all;
    }
  }
}
