// The languages of the pages. A new one is a file beside this one and its name in the list below; the build takes its locale from here.
import { en } from "./en.ts";
import { es } from "./es.ts";
import type { Language } from "./language.ts";

export const languages = { en, es } satisfies Record<string, Language>;

export type LanguageTag = keyof typeof languages;

export const isLanguageTag = (value: string | null | undefined): value is LanguageTag =>
  value !== null && value !== undefined && Object.hasOwn(languages, value);

/** The stored choice, or the first of the reader's languages that the pages have, or English. */
export function chooseLanguage(stored: string | null, wanted: readonly string[]): LanguageTag {
  return isLanguageTag(stored) ? stored : (wanted.map((locale) => locale.split("-")[0]).find(isLanguageTag) ?? "en");
}
