// Text in the reader's language: the browser's, or the one they switched to.
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { en } from "./en.ts";
import { es } from "./es.ts";

export type Key = keyof typeof en;
export type Catalogue = Record<Key, string>;
export type Language = keyof typeof catalogues;
type Counted = Key extends infer K ? (K extends `${infer Base}.other` ? Base : never) : never;

export const catalogues = { en, es } satisfies Record<string, Catalogue>;
export const languageNames: Record<Language, string> = { en: "English", es: "Español" };

const CHOICE = "messaging-language";

export interface Text {
  language: Language;
  setLanguage: (language: Language) => void;
  /** A text with its `{placeholders}` filled in. */
  t: (key: Key, values?: Record<string, string | number>) => string;
  /** A text for a number of things. */
  count: (key: Counted, count: number) => string;
  /** A moment, as short as it can be told: today's time, or the day. */
  moment: (time: string) => string;
  /** A moment in full. */
  fullMoment: (time: string) => string;
  /** A calendar day (YYYY-MM-DD), in no time zone. */
  day: (date: string) => string;
}

const isLanguage = (value: string | null | undefined): value is Language =>
  value !== null && value !== undefined && Object.hasOwn(catalogues, value);

/** The first of the reader's languages that there is a catalogue for. */
export function chosenLanguage(stored: string | null, wanted: readonly string[]): Language {
  return isLanguage(stored) ? stored : (wanted.map((tag) => tag.split("-")[0]).find(isLanguage) ?? "en");
}

export function text(language: Language, locale: string, setLanguage: (language: Language) => void = () => undefined): Text {
  const catalogue: Catalogue = catalogues[language];
  const t: Text["t"] = (key, values = {}) =>
    catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
  const plural = new Intl.PluralRules(locale);
  const time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
  const sameYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
  const anyYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const calendar = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  return {
    language,
    setLanguage,
    t,
    count: (key, count) => t(`${key}.${plural.select(count) === "one" ? "one" : "other"}`, { count }),
    moment: (iso) => {
      const [then, now] = [new Date(iso), new Date()];
      return (then.toDateString() === now.toDateString() ? time : then.getFullYear() === now.getFullYear() ? sameYear : anyYear).format(
        then,
      );
    },
    fullMoment: (iso) => full.format(new Date(iso)),
    day: (date) => calendar.format(new Date(`${date}T00:00:00Z`)),
  };
}

const TextContext = createContext<Text | undefined>(undefined);

export function TextProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(() => chosenLanguage(storedChoice(), navigator.languages));
  // The reader's own region decides how dates look, where it speaks the language.
  const locale = navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
  const value = useMemo(
    () =>
      text(language, locale, (chosen) => {
        setLanguage(chosen);
        storeChoice(chosen);
      }),
    [language, locale],
  );
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <TextContext value={value}>
      <I18nProvider locale={locale}>{children}</I18nProvider>
    </TextContext>
  );
}

export function useText(): Text {
  const value = use(TextContext);
  if (!value) {
    throw new Error("useText outside of TextProvider");
  }
  return value;
}

function storedChoice(): string | null {
  try {
    return localStorage.getItem(CHOICE);
  } catch {
    return null;
  }
}

function storeChoice(language: Language): void {
  try {
    localStorage.setItem(CHOICE, language);
  } catch {
    // It holds as long as the page.
  }
}
