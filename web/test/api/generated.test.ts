// The committed client is that of openapi.json: after a change, `npm run types` generates it again.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "@hey-api/openapi-ts";
import { expect, test } from "vitest";
import { limitsFile, operationsFile } from "../../scripts/generate-api.js";

const document = JSON.parse(readFileSync(path.resolve("../openapi.json"), "utf8")) as Parameters<typeof operationsFile>[0];
const committed = (name: string) => readFileSync(path.resolve("src/api/generated", name), "utf8");

test("the types are up to date", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "types-"));
  try {
    await createClient({
      input: { ...document },
      output: { path: folder, entryFile: false },
      plugins: ["@hey-api/typescript"],
      logs: { level: "silent" },
    });
    expect(committed("types.gen.ts")).toBe(readFileSync(path.join(folder, "types.gen.ts"), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 20_000);

test("the operations and the limits are up to date", () => {
  expect(committed("operations.gen.ts")).toBe(operationsFile(document));
  expect(committed("limits.gen.ts")).toBe(limitsFile(document));
});
