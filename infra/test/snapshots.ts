// Compares what a test finds with a text file in `snapshots/`, so that every change of it is in a diff that somebody reviews.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Fails with the lines that differ; `UPDATE_SNAPSHOTS=1 npm test` writes the file instead. */
export function assertSnapshot(name: string, found: readonly string[]): void {
  const file = join(import.meta.dirname, `snapshots/${name}.txt`);
  if (process.env.UPDATE_SNAPSHOTS === "1") writeFileSync(file, found.map((line) => `${line}\n`).join(""));
  const expected = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  const missing = expected.filter((line) => !found.includes(line)).map((line) => `- ${line}\n`);
  const added = found.filter((line) => !expected.includes(line)).map((line) => `+ ${line}\n`);
  const advice = "If this is intended, run `UPDATE_SNAPSHOTS=1 npm test` and have the difference reviewed.";
  assert.deepEqual(found, expected, `test/snapshots/${name}.txt differs:\n${[...missing, ...added].join("")}${advice}`);
}
