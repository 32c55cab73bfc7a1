// How the API's types are generated from openapi.json (`npm run types`); a test compares the committed copy.
import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "../openapi.json",
  output: { path: "src/api/generated", entryFile: false },
  plugins: ["@hey-api/typescript"],
});
