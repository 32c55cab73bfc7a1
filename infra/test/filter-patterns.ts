// Lambda's rules for filter patterns, as far as ours use them: exact values and prefixes.

/** A pattern: an object of patterns, or a list of values of which one must match. */
export type Pattern = { readonly [field: string]: Pattern } | readonly Value[];
type Value = string | { readonly prefix: string };

/** Whether an event matches a pattern. */
export function matches(pattern: Pattern, event: unknown): boolean {
  if (isList(pattern)) return pattern.some((value) => isMatch(value, event));
  return Object.entries(pattern).every(([field, inner]) => {
    return typeof event === "object" && event !== null && matches(inner, (event as Record<string, unknown>)[field]);
  });
}

function isMatch(value: Value, found: unknown): boolean {
  if (typeof value === "string") return found === value;
  if (Object.keys(value).join() === "prefix") return typeof found === "string" && found.startsWith(value.prefix);
  throw new Error(`this test does not know the filter rule ${JSON.stringify(value)}`);
}

function isList(pattern: Pattern): pattern is readonly Value[] {
  return Array.isArray(pattern);
}
