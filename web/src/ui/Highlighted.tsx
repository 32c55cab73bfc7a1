// A text with the words that a search found marked.
import { highlight } from "./highlight.ts";

export function Highlighted({ text, query }: { text: string; query: string }) {
  return highlight(text, query).map((part, index) => (part.found ? <mark key={index}>{part.text}</mark> : part.text));
}
