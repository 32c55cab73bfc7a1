// The transcript: a run of entries without gaps, which grows at both ends.
import type { ChatEntry, Page } from "../api/types.ts";

export type Transcript = readonly ChatEntry[];

export const firstNumber = (transcript: Transcript): number => transcript[0]?.number ?? 0;
export const lastNumber = (transcript: Transcript): number => transcript.at(-1)?.number ?? 0;

/**
 * Takes in entries, whatever their order and however often they come. Known ones are replaced (an image may have become
 * ready); what would leave a gap is left out, and `gap` says so: the catch-up brings it.
 */
export function merge(transcript: Transcript, incoming: readonly ChatEntry[]): { transcript: Transcript; gap: boolean } {
  const sorted = incoming.toSorted((a, b) => a.number - b.number);
  const first = transcript.length > 0 ? firstNumber(transcript) : (sorted[0]?.number ?? 0);
  const merged = [...transcript];
  const before: ChatEntry[] = [];
  let gap = false;
  for (const entry of sorted) {
    const place = entry.number - first;
    if (place < 0) {
      before.push(entry);
    } else if (place < merged.length) {
      merged[place] = entry;
    } else if (place === merged.length) {
      merged.push(entry);
    } else {
      gap = true;
    }
  }
  return { transcript: [...runUpTo(first, before), ...merged], gap };
}

/** The part of sorted entries that reaches up to a number without a gap or a repetition. */
function runUpTo(end: number, sorted: readonly ChatEntry[]): ChatEntry[] {
  const run: ChatEntry[] = [];
  for (const entry of sorted.toReversed()) {
    if (entry.number === end - run.length - 1) {
      run.push(entry);
    }
  }
  return run.reverse();
}

export type LoadEntries = (query: { before?: number; after?: number; limit?: number }) => Promise<Page<ChatEntry>>;

const PAGE = 100;

/** Brings a transcript up to date: everything after its last entry, in as many pages as it takes. */
export async function catchUp(transcript: Transcript, load: LoadEntries): Promise<Transcript> {
  let caught = transcript;
  for (;;) {
    const after = lastNumber(caught);
    const page = await load({ after, limit: PAGE });
    caught = merge(caught, page.items).transcript;
    if (page.items.length === 0 || !page.nextCursor || lastNumber(caught) === after) {
      return caught;
    }
  }
}
