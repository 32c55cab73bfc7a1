// The limits of what the API takes: generated from openapi.json, imported from here alone.
export { limits } from "./generated/limits.gen.ts";
