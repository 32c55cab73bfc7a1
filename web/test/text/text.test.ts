// The languages: each has every text with its placeholders and all its plural forms, and is translated.
import { expect, test } from "vitest";
import { en } from "../../src/text/en.ts";
import type { Language, Plural } from "../../src/text/language.ts";
import { chooseLanguage, languages } from "../../src/text/languages.ts";
import { textIn } from "../../src/text/text.ts";

const all = Object.entries<Language>(languages);
const others = all.filter(([tag]) => tag !== "en");
const english: Record<string, string | Plural> = en.texts;
const formsOf = (text: string | Plural): string[] => (typeof text === "string" ? [text] : Object.values(text));
const placeholders = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test.each(all)("%s has every text with its placeholders, and each plural form of the language", (_tag, { texts, locale }) => {
  expect(Object.keys(texts)).toEqual(Object.keys(english));
  const categories = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
  for (const [key, text] of Object.entries<string | Plural>(texts)) {
    const reference = english[key] ?? "";
    const expected = placeholders(typeof reference === "string" ? reference : reference.other);
    expect(typeof text, key).toBe(typeof reference);
    expect(
      formsOf(text).every((words) => words.trim() !== ""),
      key,
    ).toBe(true);
    expect(placeholders(typeof text === "string" ? text : text.other), key).toEqual(expected);
    if (typeof text !== "string") {
      expect(Object.keys(text).sort(), key).toEqual(categories.toSorted());
    }
  }
});

test.each(all)("%s names itself, and a locale that the browser knows", (tag, { name, locale }) => {
  expect(new Intl.DisplayNames(locale, { type: "language" }).of(tag)?.toLowerCase()).toBe(name.toLowerCase());
});

test.each(others)("%s is translated: only single words may be the same as in English", (_tag, { texts }) => {
  const same = Object.entries<string | Plural>(texts).filter(([key, text]) => text === english[key]);
  expect(same.map(([, text]) => text).filter((text) => formsOf(text).some((words) => words.includes(" ")))).toEqual([]);
  expect(same.length).toBeLessThan(Object.keys(english).length / 20);
});

test("the language is the chosen one, or the first of the browser's that there is", () => {
  expect(chooseLanguage(null, ["de-DE", "es-MX", "en"])).toBe("es");
  expect(chooseLanguage("en", ["es"])).toBe("en");
  expect(chooseLanguage("constructor", ["xx"])).toBe("en");
});

test("numbers choose their form, unknown placeholders stay to be seen", () => {
  const { count, t, day, either } = textIn("es", "es-ES");
  expect(count("tasks.count", 1)).toBe("1 tarea");
  expect(count("tasks.count", 0)).toBe("0 tareas");
  expect(count("tasks.count", 1_000_000)).toBe("1000000 de tareas");
  expect(t("message.by")).toBe("Mensaje de {name}");
  expect(day("1980-02-29")).toBe("29 feb 1980");
  expect(either(["JPEG", "PNG", "GIF"])).toBe("JPEG, PNG o GIF");
});
