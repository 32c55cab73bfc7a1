// Which parts of a title or a line a search found: whole words, the last one by prefix, accents and case aside.

export interface Marked {
  text: string;
  found: boolean;
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu;

/** As the API compares words: lower, upper and again lower case folds `ß` and `ss`. */
const plain = (word: string) => word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().toUpperCase().toLowerCase();

/** The words of a query, as they are compared. */
export const queryWords = (query: string): string[] => (query.match(WORD) ?? []).map(plain).filter((word) => word !== "");

/** Cuts a text where the query's words stand in it. */
export function marks(text: string, query: string): Marked[] {
  const words = queryWords(query);
  const last = words.at(-1);
  const parts: Marked[] = [];
  let from = 0;
  for (const match of text.matchAll(WORD)) {
    const word = plain(match[0]);
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

/** How much of a word, as written, makes up a prefix of it as compared. */
function prefixLength(word: string, prefix: string): number {
  for (let length = 1; length < word.length; length += 1) {
    const next = word.slice(length);
    if (plain(word.slice(0, length)).length >= prefix.length && !/^\p{M}/u.test(next)) {
      return length;
    }
  }
  return word.length;
}
