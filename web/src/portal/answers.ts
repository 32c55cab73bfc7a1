// The answers to a questionnaire, as the API takes them.
import type { Answer, QuestionnaireItem } from "../api/types.ts";

/** What is filled in, by link id. */
export type Values = Record<string, string | boolean>;

/** Answers in the order of the questions; an empty answer is left out, an unticked box is false. */
export function answersOf(items: readonly QuestionnaireItem[], values: Values): Answer[] {
  return items.flatMap(({ linkId, type }): Answer[] => {
    const value = values[linkId] ?? (type === "boolean" ? false : "");
    return typeof value === "string" && value.trim() === "" ? [] : [{ linkId, value }];
  });
}
