// The catalogues: the same keys and the same placeholders in each, and all of it said.
import { expect, test } from "vitest";
import { en } from "../src/text/en.ts";
import { catalogues, chosenLanguage, text } from "../src/text/text.tsx";

const placeholders = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test.each(Object.entries(catalogues))("%s has every text with its placeholders", (_language, catalogue) => {
  expect(Object.keys(catalogue)).toEqual(Object.keys(en));
  for (const [key, words] of Object.entries(en)) {
    const translated = catalogue[key as keyof typeof en];
    expect(translated.trim(), key).not.toBe("");
    expect(placeholders(translated), key).toEqual(placeholders(words));
  }
});

test("Spanish is no copy of English", () => {
  const same = Object.entries(en).filter(([key, words]) => catalogues.es[key as keyof typeof en] === words);
  expect(same.map(([key]) => key).sort()).toEqual(["chart.chat", "no"]);
});

test("the language is the chosen one, or the first of the browser's that there is", () => {
  expect(chosenLanguage(null, ["de-DE", "es-MX", "en"])).toBe("es");
  expect(chosenLanguage("en", ["es"])).toBe("en");
  expect(chosenLanguage("constructor", ["xx"])).toBe("en");
});

test("numbers choose their form, unknown placeholders stay to be seen", () => {
  const { count, t, day } = text("es", "es-ES");
  expect(count("tasks.count", 1)).toBe("1 tarea");
  expect(count("tasks.count", 0)).toBe("0 tareas");
  expect(t("message.by")).toBe("Mensaje de {name}");
  expect(day("1980-02-29")).toBe("29 feb 1980");
});
