// Texts, dates and lists in one language.
import type { Language, PluralKey, TextKey } from "./language.ts";
import { languages, type LanguageTag } from "./languages.ts";

type Values = Record<string, string | number>;

export interface Text {
  /** A text with its `{placeholders}` filled in. */
  t: (key: TextKey, values?: Values) => string;
  /** The text for a number of things. */
  count: (key: PluralKey, count: number) => string;
  /** A time, as short as possible: the hour if it is today, else the day. */
  moment: (time: string) => string;
  /** A date with its time. */
  fullMoment: (time: string) => string;
  /** A calendar day (YYYY-MM-DD), in no time zone. */
  day: (date: string) => string;
  /** "a, b or c". */
  either: (items: readonly string[]) => string;
}

/** The texts of a language; the locale decides how dates look and which plural a number takes. */
export function textIn(tag: LanguageTag, locale: string): Text {
  const { texts }: Language = languages[tag];
  const plural = new Intl.PluralRules(locale);
  const list = new Intl.ListFormat(locale, { type: "disjunction" });
  return {
    t: (key, values = {}) => filled(texts[key], values),
    count: (key, count) => filled(texts[key][plural.select(count)] ?? texts[key].other, { count }),
    either: (items) => list.format(items),
    ...datesIn(locale),
  };
}

function datesIn(locale: string): Pick<Text, "moment" | "fullMoment" | "day"> {
  const time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
  const sameYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
  const anyYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const calendar = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const shortest = (then: Date, now: Date) =>
    then.toDateString() === now.toDateString() ? time : then.getFullYear() === now.getFullYear() ? sameYear : anyYear;
  return {
    moment: (iso) => shortest(new Date(iso), new Date()).format(new Date(iso)),
    fullMoment: (iso) => full.format(new Date(iso)),
    day: (date) => calendar.format(new Date(`${date}T00:00:00Z`)),
  };
}

/** An unknown placeholder is left as it is, so that it is noticed. */
function filled(text: string, values: Values): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
