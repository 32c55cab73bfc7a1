// What mocks answer, checked against openapi.json: a mock that differs from the API fails.
import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020, type AnySchemaObject, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { type Operations, operations } from "../../src/api/generated/operations.gen.ts";
import type { OperationId } from "../../src/api/http.ts";
import type { Problem } from "../../src/api/types.ts";

interface Content {
  content?: Record<string, { schema: AnySchemaObject }>;
}

interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: AnySchemaObject }[];
  requestBody?: Content;
  responses: Record<string, Content & { description?: string }>;
}

interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, AnySchemaObject> };
}

const JSON_TYPE = "application/json";
const PROBLEM_TYPE = "application/problem+json";

const document = closed(JSON.parse(readFileSync(path.resolve(import.meta.dirname, "../../../openapi.json"), "utf8"))) as OpenApi;
const ajv = new Ajv2020({ strict: false, allErrors: true, coerceTypes: false });
formats(ajv);
for (const format of ["uint32", "uint64"]) {
  ajv.addFormat(format, { type: "number", validate: (value) => Number.isInteger(value) && value >= 0 });
}
const validators = new Map<string, ValidateFunction>();

/** An answer, as msw and Playwright take it. Only the functions of this file make one. */
export class MockedAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;

  constructor(status: number, contentType: string, body: unknown, headers: Record<string, string> = {}) {
    this.status = status;
    this.headers = { ...headers, "content-type": contentType };
    this.body = JSON.stringify(body);
  }
}

type StatusOf<Id extends OperationId> = keyof Operations[Id]["answers"] & number;

/** An operation's answer when it succeeds. */
export function answer<Id extends OperationId, S extends StatusOf<Id>>(
  id: Id,
  status: S,
  body: Operations[Id]["answers"][S],
): MockedAnswer {
  return success(id, body, status);
}

/** The same where the types are not known; with 200 unless stated. */
export function success(id: OperationId, body: unknown, status = 200): MockedAnswer {
  check(`${id} answers ${status}`, responseOf(id, status).content?.[JSON_TYPE]?.schema, body);
  return new MockedAnswer(status, JSON_TYPE, body);
}

/** A problem document, with a code that the operation can answer with this status. */
export function problem(id: OperationId, status: number, code: string, more: Partial<Problem> = {}, headers: Record<string, string> = {}) {
  const response = responseOf(id, status);
  const codes = [...(response.description ?? "").matchAll(/`([a-z-]+)`/g)].map(([, found]) => found);
  if (!codes.includes(code)) {
    throw new Error(`${id} answers ${status} with one of ${codes.join(", ")}, never with ${code}`);
  }
  const body = { type: `urn:portal-messaging:problem:${code}`, title: code, status, code, ...more };
  check(`${id} answers ${status}`, response.content?.[PROBLEM_TYPE]?.schema, body);
  return new MockedAnswer(status, PROBLEM_TYPE, body, headers);
}

/** What the gateway, or a proxy before it, answers without asking the API. */
export function gatewayAnswer(status: number, message: string, headers: Record<string, string> = {}): MockedAnswer {
  return new MockedAnswer(status, JSON_TYPE, { message }, headers);
}

/** A request as a mock receives it. */
export interface MockedRequest {
  path: Record<string, string>;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

/** Fails for a request that the API would not understand. */
export function checkRequest(id: OperationId, request: MockedRequest): void {
  const { parameters = [], requestBody } = operationOf(id);
  const unknown = [...request.query.keys()].filter((name) => !parameters.some((one) => one.in === "query" && one.name === name));
  if (unknown.length > 0) {
    throw new Error(`${id} has no query parameter ${unknown.join(", ")}`);
  }
  for (const { name, in: place, required, schema } of parameters) {
    const value = { path: request.path[name], query: request.query.get(name), header: request.headers.get(name) }[place];
    if (value !== null && value !== undefined) {
      check(`${id}, parameter ${name}`, schema, schema["type"] === "integer" ? Number(value) : value);
    } else if (required) {
      throw new Error(`${id} needs the parameter ${name}`);
    }
  }
  const schema = requestBody?.content?.[JSON_TYPE]?.schema;
  if (schema) {
    check(`${id}, body`, schema, request.body);
  } else if (request.body !== undefined) {
    throw new Error(`${id} takes no body`);
  }
}

function operationOf(id: OperationId): Operation {
  const { method, path: template } = operations[id];
  const operation = document.paths[template]?.[method.toLowerCase()];
  if (!operation) {
    throw new Error(`openapi.json has no ${method} ${template}`);
  }
  return operation;
}

function responseOf(id: OperationId, status: number) {
  const response = operationOf(id).responses[status];
  if (!response) {
    throw new Error(`${id} never answers ${status}`);
  }
  return response;
}

function check(what: string, schema: AnySchemaObject | undefined, value: unknown): void {
  if (!schema) {
    throw new Error(`${what}: openapi.json has no schema for it`);
  }
  const key = JSON.stringify(schema);
  const validate = validators.get(key) ?? ajv.compile({ ...schema, components: document.components });
  validators.set(key, validate);
  // As it is sent: without undefined members.
  if (!validate(JSON.parse(JSON.stringify(value)))) {
    throw new Error(`${what}: ${ajv.errorsText(validate.errors, { dataVar: "it" })}`);
  }
}

/** The document with every object closed: a member that it does not name is an error too. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(closed);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const copy: Record<string, unknown> = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, closed(member)]));
  return copy["type"] === "object" && "properties" in copy && !("additionalProperties" in copy)
    ? { ...copy, additionalProperties: false }
    : copy;
}
