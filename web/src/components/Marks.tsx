// A text with what a search found in it marked.
import { marks } from "../chat/marks.ts";

export function Marks({ text, query }: { text: string; query: string }) {
  return marks(text, query).map((part, index) => (part.found ? <mark key={index}>{part.text}</mark> : part.text));
}
