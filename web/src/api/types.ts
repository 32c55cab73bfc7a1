// The API's words, as the pages use them: generated from openapi.json, under the names that the product has.

export type {
  AnnouncedAttachment,
  Attachment,
  AuditEvent,
  ContactPreferences,
  Conversation,
  Encounter as ChartEncounter,
  EncounterStatus,
  Entry as ChatEntry,
  FieldProblem,
  Item as QuestionnaireItem,
  Me,
  NewContact,
  NewDocument,
  NewOrder,
  Patient,
  Person,
  Problem,
  Questionnaire,
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
