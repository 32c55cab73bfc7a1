// Marked words: what the search found is what is marked.
import { expect, test } from "vitest";
import { highlight } from "../../src/ui/highlight.ts";

const marked = (text: string, query: string) =>
  highlight(text, query)
    .map((part) => (part.found ? `[${part.text}]` : part.text))
    .join("");

test.each([
  ["Ask about a result", "result ask", "[Ask] about a [result]"],
  ["Ask about a result", "ask res", "[Ask] about a [res]ult"],
  ["Ask about a result", "as", "[As]k about a result"],
  ["Ask about a result", "as result", "Ask about a [result]"],
  ["El próximo análisis", "analisis PROX", "El [próx]imo [análisis]"],
  ["Straße 5.3", "strasse 5", "[Straße] [5].3"],
  ["Nothing here", "", "Nothing here"],
  ["Nothing here", "?!", "Nothing here"],
  ["", "a", ""],
])("%s, searched for %s", (text, query, expected) => {
  expect(marked(text, query)).toBe(expected);
});
