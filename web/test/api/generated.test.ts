// The committed types are those of openapi.json: after it changed, `npm run types` makes them anew.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "@hey-api/openapi-ts";
import { expect, test } from "vitest";

test("the types are up to date", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "types-"));
  try {
    await createClient({
      input: JSON.parse(readFileSync(path.resolve("../openapi.json"), "utf8")) as Record<string, unknown>,
      output: { path: folder, entryFile: false },
      plugins: ["@hey-api/typescript"],
      logs: { level: "silent" },
    });
    expect(readFileSync(path.resolve("src/api/generated/types.gen.ts"), "utf8")).toBe(
      readFileSync(path.join(folder, "types.gen.ts"), "utf8"),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 20_000);
