// How the API's types are made from its description: `npm run types`; a test holds the committed copy to it.
import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "../openapi.json",
  output: { path: "src/api/generated", entryFile: false },
  plugins: ["@hey-api/typescript"],
});
