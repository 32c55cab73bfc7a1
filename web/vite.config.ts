// Two apps from one workspace: `vite build --mode portal` and `--mode clinic`; vitest runs the tests of both.
import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => {
  const app = mode === "clinic" ? "clinic" : "portal";
  const testing = mode === "test";
  return {
    root: testing ? "." : app,
    publicDir: testing ? false : "../public",
    plugins: [react(), { ...optimizeLocales.vite({ locales: ["en-US", "es-ES"] }), enforce: "pre" as const }],
    build: {
      outDir: `../dist/${app}`,
      emptyOutDir: true,
      target: "es2023",
      // Nothing inline: the Content-Security-Policy takes files of our own origin alone.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      sourcemap: false,
    },
    test: {
      environment: "jsdom",
      environmentOptions: { jsdom: { url: "https://portal.example.org/" } },
      include: ["test/**/*.test.{ts,tsx}"],
      setupFiles: ["test/setup.ts"],
      // One environment per worker: the tests clean up after themselves, and run on save.
      pool: "threads",
      isolate: false,
      restoreMocks: true,
    },
  };
});
