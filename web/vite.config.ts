// Two apps from one workspace: `vite build --mode portal` and `--mode clinic`; vitest runs the tests of both.
import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { languages } from "./src/text/languages.ts";

export default defineConfig(({ mode }) => {
  const app = mode === "clinic" ? "clinic" : "portal";
  const testing = mode === "test";
  return {
    root: testing ? "." : `src/${app}`,
    publicDir: testing ? false : "../../public",
    // React Aria has texts of its own in many languages: the pages need theirs alone.
    plugins: [
      react(),
      { ...optimizeLocales.vite({ locales: Object.values(languages).map(({ locale }) => locale) }), enforce: "pre" as const },
    ],
    build: {
      outDir: `../../dist/${app}`,
      emptyOutDir: true,
      target: "es2023",
      // Nothing inline: the Content-Security-Policy allows only files of the page's own origin.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      sourcemap: false,
    },
    test: {
      environment: "jsdom",
      environmentOptions: { jsdom: { url: "https://portal.example.org/" } },
      include: ["test/**/*.test.{ts,tsx}"],
      setupFiles: ["test/setup.ts"],
      // One environment per worker: the tests clean up after themselves.
      pool: "threads",
      isolate: false,
      restoreMocks: true,
    },
  };
});
