// Writes what the typed client needs beside the types, from openapi.json: each operation's method, path and types, and the limits.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const METHODS = ["get", "put", "post", "delete"];
const LIMITS = /** @type {const} */ (["minLength", "maxLength", "maxItems", "maximum"]);
const HEADER = "// This file is generated from openapi.json by scripts/generate-api.js: `npm run types`.\n";

/**
 * @typedef {{ minLength?: number, maxLength?: number, maxItems?: number, maximum?: number, properties?: Record<string, Schema> }} Schema
 * @typedef {{ operationId: string, parameters?: { name: string, in: string, schema: Schema }[] }} Operation
 * @typedef {{ paths: Record<string, Record<string, Operation>>, components: { schemas: Record<string, Schema> } }} OpenApi
 */

/**
 * Every operation of the document, by its id.
 * @param {OpenApi} document
 */
function operationsOf(document) {
  return Object.entries(document.paths)
    .flatMap(([path, methods]) =>
      METHODS.flatMap((method) => {
        const operation = methods[method];
        return operation ? [{ id: operation.operationId, method: method.toUpperCase(), path, parameters: operation.parameters ?? [] }] : [];
      }),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * As `@hey-api/typescript` names an operation's types.
 * @param {string} id
 */
const typeName = (id) => id.replaceAll(/(?:^|-)(\w)/g, (_, letter) => String(letter).toUpperCase());

/**
 * `operations.gen.ts`: what each operation takes and answers, and how it is called.
 * @param {OpenApi} document
 */
export function operationsFile(document) {
  const operations = operationsOf(document);
  const types = operations.flatMap(({ id }) => [`${typeName(id)}Data`, `${typeName(id)}Responses`]);
  return `${HEADER}import type {
${types.map((name) => `  ${name},`).join("\n")}
} from "./types.gen.ts";

/** What each operation takes, and what it answers by status. */
export interface Operations {
${operations.map(({ id }) => `  "${id}": { takes: ${typeName(id)}Data; answers: ${typeName(id)}Responses };`).join("\n")}
}

/** How each operation is called. */
export const operations = {
${operations.map(({ id, method, path }) => `  "${id}": { method: "${method}", path: "${path}" },`).join("\n")}
} as const;
`;
}

/**
 * `limits.gen.ts`: the limits of what is sent, by schema and property, and by operation and query parameter.
 * @param {OpenApi} document
 */
export function limitsFile(document) {
  const schemas = Object.entries(document.components.schemas).map(([name, { properties = {} }]) => group(name, Object.entries(properties)));
  const queries = operationsOf(document).map(({ id, parameters }) =>
    group(
      id,
      parameters.filter((one) => one.in === "query").map(({ name, schema }) => [name, schema]),
    ),
  );
  return `${HEADER}
export const limits = {
${[...schemas, ...queries].join("")}} as const;
`;
}

/**
 * @param {string} name
 * @param {[string, Schema][]} members
 */
function group(name, members) {
  const limited = members.flatMap(([member, schema]) => {
    const found = LIMITS.flatMap((limit) => (schema[limit] === undefined ? [] : [`${limit}: ${schema[limit]}`]));
    return found.length > 0 ? [`    ${member}: { ${found.join(", ")} },\n`] : [];
  });
  return limited.length > 0 ? `  "${name}": {\n${limited.join("")}  },\n` : "";
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  /** @type {unknown} */
  const document = JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url), "utf8"));
  const folder = new URL("../src/api/generated/", import.meta.url);
  writeFileSync(new URL("operations.gen.ts", folder), operationsFile(/** @type {OpenApi} */ (document)));
  writeFileSync(new URL("limits.gen.ts", folder), limitsFile(/** @type {OpenApi} */ (document)));
}
