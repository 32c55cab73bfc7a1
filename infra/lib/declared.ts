// What the Rust code declares of its functions and its table: `generated/functions.json`, written by `cargo xtask generate`.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A function that the gateway calls. */
export interface DeclaredRoute {
  /** Names the archive, the deployed function and the folder of sample events. */
  readonly name: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "ANY";
  /** As in the OpenAPI document; `$default` is the route for everything that no other route matches. */
  readonly path: string;
  /** Called without a token. Such a function reads no data and is not configured with the table or the issuer. */
  readonly public?: true;
}

/** A function that the table's stream calls. */
export interface DeclaredStreamConsumer {
  readonly name: string;
  /** Lambda's filter patterns: a record that matches one of them is delivered. */
  readonly filters: readonly Readonly<Record<string, unknown>>[];
}

/** A function that another event source calls. */
export interface DeclaredTrigger {
  readonly name: string;
  /** An upload to the bucket, or the stack's own user pool before it issues a token. */
  readonly source: "image-upload" | "sign-in";
}

/** The attributes of the table that CloudFormation needs to know. */
export interface DeclaredTable {
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly index: { readonly name: string; readonly partitionKey: string; readonly sortKey: string };
  readonly timeToLive: string;
}

/** The whole file. */
export interface Declared {
  readonly routes: readonly DeclaredRoute[];
  readonly streamConsumers: readonly DeclaredStreamConsumer[];
  readonly triggers: readonly DeclaredTrigger[];
  readonly table: DeclaredTable;
}

/** What is declared today. */
export const declared = JSON.parse(readFileSync(join(import.meta.dirname, "../generated/functions.json"), "utf8")) as Declared;
