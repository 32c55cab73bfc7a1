// Lint rules: the strictest of typescript-eslint, the rules of hooks, and accessibility as far as the source shows it.
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

export default defineConfig(
  { ignores: ["dist/", "screenshots/", "src/api/generated/"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  reactHooks.configs.flat["recommended-latest"],
  jsxA11y.flatConfigs.recommended,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-console": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A dialog with one field: its user wants to write there.
      "jsx-a11y/no-autofocus": "off",
      // The React compiler is not used here.
      "react-hooks/incompatible-library": "off",
      // An event handler may be asynchronous: what it starts handles its own failures.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false, properties: false } }],
    },
  },
  {
    files: ["test/**"],
    ignores: ["test/support/contract.ts"],
    rules: {
      // Mocked answers must be what the API can answer.
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "CallExpression[callee.property.name='fulfill'] > ObjectExpression:not(:has(> Property[key.name='response']:first-child:last-child))",
          message: "Use a function of test/support/contract.ts: it checks the answer against openapi.json.",
        },
        {
          selector: "CallExpression[callee.object.name='HttpResponse'][callee.property.name='json']",
          message: "Use a function of test/support/contract.ts: it checks the answer against openapi.json.",
        },
      ],
    },
  },
  { files: ["scripts/**", "serve.js"], languageOptions: { globals: globals.node }, rules: { "no-console": "off" } },
);
