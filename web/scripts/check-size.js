// Fails when an app's JavaScript, gzipped, is too large for slow networks.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 180 * 1024;

for (const app of ["portal", "clinic"]) {
  const folder = new URL(`../dist/${app}/assets/`, import.meta.url);
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
  const size = scripts.map((name) => gzipSync(readFileSync(new URL(name, folder))).length).reduce((sum, one) => sum + one, 0);
  console.log(`${app}: ${(size / 1024).toFixed(1)} KB of gzipped JavaScript in ${scripts.length} file(s)`);
  if (scripts.length === 0 || size > LIMIT) {
    console.error(`${app}: over ${LIMIT / 1024} KB, or none at all`);
    process.exitCode = 1;
  }
}
