// What each function may do: one line per function. Everything else about it is declared in Rust (`generated/functions.json`).
//
// `npm run --silent routes` prints both together as JSON, for checks in other languages.
import { declared } from "./lib/declared.ts";
import { type DeployedFunction, join } from "./lib/join.ts";
import type { Permissions } from "./lib/permissions.ts";

/** The least that each function works with. */
const permissions: Readonly<Record<string, Permissions>> = {
  "get-health": {},
  "get-openapi": {},
  "refuse-route": {},

  "get-me": {},
  "get-notifications": { table: ["GetItem"], topics: ["ListSubscriptionsByTopic"] },
  "put-notifications": {
    table: ["GetItem", "Query", "PutItem", "DeleteItem"],
    topics: ["CreateTopic", "DeleteTopic", "ListSubscriptionsByTopic", "Subscribe", "Unsubscribe"],
  },
  "get-settings": { table: ["GetItem"] },
  "put-settings": { table: ["PutItem"] },
  "list-questionnaires": { table: ["Query"] },
  "get-questionnaire": { table: ["GetItem"] },
  "put-questionnaire": { table: ["Query", "PutItem"] },
  "delete-questionnaire": { table: ["Query", "PutItem", "DeleteItem"] },

  "search-patients": { table: ["Query"] },
  "get-patient": { table: ["GetItem"] },
  "put-patient": { table: ["GetItem", "PutItem", "DeleteItem"] },

  "list-conversations": { table: ["GetItem", "Query", "PutItem"], index: ["Query"], cursorSecret: true },
  "create-conversation": { table: ["GetItem", "PutItem"] },
  "get-conversation": { table: ["GetItem", "PutItem"] },
  "list-messages": { table: ["GetItem", "Query", "PutItem"], cursorSecret: true },
  "send-message": { table: ["GetItem", "PutItem"] },
  "create-attachment": { table: ["GetItem", "PutItem"], bucket: [{ action: "PutObject", prefix: "uploads" }] },
  "get-attachment": { table: ["GetItem", "PutItem"], bucket: [{ action: "GetObject", prefix: "images" }] },
  "set-conversation-status": { table: ["GetItem", "PutItem"] },
  "mark-read": { table: ["GetItem", "PutItem"] },
  "mark-unread": { table: ["GetItem", "PutItem"] },

  "list-encounters": { table: ["GetItem", "Query", "PutItem"], index: ["Query"], cursorSecret: true },
  "get-encounter": { table: ["GetItem", "Query", "PutItem"] },
  "set-encounter-status": { table: ["GetItem", "Query", "PutItem"] },
  "create-order": { table: ["GetItem", "PutItem"] },
  "link-document": { table: ["GetItem", "PutItem"] },

  "list-tasks": { table: ["GetItem"], index: ["Query"], cursorSecret: true },
  "list-access-log": { table: ["GetItem", "Query"], cursorSecret: true },
  "update-task": { table: ["GetItem", "Query", "PutItem"] },

  "project-changes": { table: ["GetItem", "Query", "PutItem"], bucket: [{ action: "DeleteObject", prefix: "images" }], failureQueue: true },
  notify: { table: ["GetItem", "Query", "PutItem"], topics: ["Publish"], failureQueue: true },
  "inspect-attachment": {
    table: ["GetItem", "PutItem"],
    bucket: [
      { action: "GetObject", prefix: "uploads" },
      { action: "DeleteObject", prefix: "uploads" },
      { action: "PutObject", prefix: "images" },
      { action: "DeleteObject", prefix: "images" },
    ],
    failureQueue: true,
  },
  "add-claims": {},
};

/** Memory in MB, where the usual amount is too little. */
const memory: Readonly<Record<string, number>> = {
  // A photo of 50 megapixels takes 300 MB to decode and as much again to scale down. More memory is also a faster processor.
  "inspect-attachment": 1536,
};

/** Every function of the stack, by what calls it: the gateway, the table's stream, another event source. */
export const { routes, streamConsumers, triggers } = join(declared, permissions, memory);

/** Every function of the stack. */
export const functions: readonly DeployedFunction[] = [...routes, ...streamConsumers, ...triggers];
