// The API's types that the pages use: generated from openapi.json, imported from here alone.

export type {
  AnnouncedAttachment,
  Attachment,
  AuditEvent,
  ContactPreferences,
  Conversation,
  Encounter,
  EncounterStatus,
  Entry,
  FieldProblem,
  Item as QuestionnaireItem,
  Me,
  NewContact,
  NewConversation,
  NewDocument,
  NewMessage,
  NewOrder,
  Patient,
  Person,
  Problem,
  Questionnaire,
  Reason,
  Role,
  Settings,
  Status,
  Task,
  TaskStatus,
} from "./generated/types.gen.ts";

/** A page of a list. */
export interface Page<T> {
  items: T[];
  nextCursor?: string | null;
}

/** An answer to a question of a questionnaire. */
export interface Answer {
  linkId: string;
  value: string | boolean;
}
