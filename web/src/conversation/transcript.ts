// The transcript: a run of entries without gaps, which grows at both ends.
import { limits } from "../api/limits.ts";
import type { Entry, Page } from "../api/types.ts";

export type Transcript = readonly Entry[];

export const firstNumber = (transcript: Transcript): number => transcript[0]?.number ?? 0;
export const lastNumber = (transcript: Transcript): number => transcript.at(-1)?.number ?? 0;

/**
 * Adds entries, in any order and any number of times. Known ones are replaced (an image may have become ready). An entry
 * that would leave a gap is left out, and `gap` says so: `catchUp` brings it.
 */
export function merge(transcript: Transcript, incoming: readonly Entry[]): { transcript: Transcript; gap: boolean } {
  const sorted = incoming.toSorted((a, b) => a.number - b.number);
  const first = transcript.length > 0 ? firstNumber(transcript) : (sorted[0]?.number ?? 0);
  const merged = [...transcript];
  const before: Entry[] = [];
  let gap = false;
  for (const entry of sorted) {
    const index = entry.number - first;
    if (index < 0) {
      before.push(entry);
    } else if (index < merged.length) {
      merged[index] = entry;
    } else if (index === merged.length) {
      merged.push(entry);
    } else {
      gap = true;
    }
  }
  return { transcript: [...runUpTo(first, before), ...merged], gap };
}

/** Those of the sorted entries that reach up to a number without a gap or a repetition. */
function runUpTo(end: number, sorted: readonly Entry[]): Entry[] {
  const run: Entry[] = [];
  for (const entry of sorted.toReversed()) {
    if (entry.number === end - run.length - 1) {
      run.push(entry);
    }
  }
  return run.reverse();
}

export type LoadEntries = (query: { before?: number; after?: number; limit?: number }) => Promise<Page<Entry>>;

/** Brings a transcript up to date: everything after its last entry, page by page. */
export async function catchUp(transcript: Transcript, load: LoadEntries): Promise<Transcript> {
  let current = transcript;
  for (;;) {
    const after = lastNumber(current);
    const page = await load({ after, limit: limits["list-messages"].limit.maximum });
    current = merge(current, page.items).transcript;
    if (page.items.length === 0 || !page.nextCursor || lastNumber(current) === after) {
      return current;
    }
  }
}
