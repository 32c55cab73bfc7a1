// Which parts of a text a search found: whole words, the last one by prefix, ignoring case and accents.

export interface Part {
  text: string;
  found: boolean;
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu;

/** As the API compares words: lower, upper and again lower case makes `ß` and `ss` equal. */
const normalized = (word: string) => word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().toUpperCase().toLowerCase();

/** The words of a query, normalized. */
export const queryWords = (query: string): string[] => (query.match(WORD) ?? []).map(normalized).filter((word) => word !== "");

/** Splits a text at the words of a query. */
export function highlight(text: string, query: string): Part[] {
  const words = queryWords(query);
  const last = words.at(-1);
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(WORD)) {
    const word = normalized(match[0]);
    const whole = words.includes(word);
    if (!whole && !(last && word.startsWith(last))) {
      continue;
    }
    const length = whole || !last ? match[0].length : prefixLength(match[0], last);
    if (match.index > from) {
      parts.push({ text: text.slice(from, match.index), found: false });
    }
    parts.push({ text: text.slice(match.index, match.index + length), found: true });
    from = match.index + length;
  }
  if (from < text.length) {
    parts.push({ text: text.slice(from), found: false });
  }
  return parts;
}

/** How many characters of a word, as written, make up a normalized prefix of it. */
function prefixLength(word: string, prefix: string): number {
  for (let length = 1; length < word.length; length += 1) {
    const next = word.slice(length);
    if (normalized(word.slice(0, length)).length >= prefix.length && !/^\p{M}/u.test(next)) {
      return length;
    }
  }
  return word.length;
}
