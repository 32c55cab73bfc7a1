// `npm run pictures`: the pictures of the README, from a running stack (`cargo xtask dev`).
import { defineConfig } from "@playwright/test";
import tests from "./playwright.config.ts";

export default defineConfig(tests, { testMatch: "pictures.ts", workers: 1 });
