// What a language has: its name, its locale, and every text.
import type { en } from "./en.ts";

/** One text for each plural category of the language (https://cldr.unicode.org/index/cldr-spec/plural-rules). */
export type Plural = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

type English = typeof en.texts;
/** The texts that depend on a number. */
export type PluralKey = { [Key in keyof English]: English[Key] extends string ? never : Key }[keyof English];
export type TextKey = Exclude<keyof English, PluralKey>;

export interface Language {
  /** What its speakers call it. */
  name: string;
  /** The locale of its dates and numbers where the browser names none. */
  locale: string;
  texts: Record<TextKey, string> & Record<PluralKey, Plural>;
}
