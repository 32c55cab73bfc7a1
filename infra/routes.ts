// The one table of routes and triggers: what is deployed, how it is reached and what it may touch.
//
// Functions, gateway routes, roles and log groups are all made from it, and `npm run --silent routes`
// prints it as JSON so that other checks can hold binaries, sample events and the OpenAPI document against it.

/** A DynamoDB action on the table. A transaction needs the actions of its parts, there is no separate one. */
export type TableAction = "GetItem" | "Query" | "PutItem" | "DeleteItem";

/** An action on the objects under a prefix of the bucket. */
export interface BucketGrant {
  readonly action: "GetObject" | "PutObject" | "DeleteObject";
  readonly prefix: "uploads" | "images";
}

/** An SNS action on the topics of notices, which are made at run time: all of this deployment, none of another. */
export type TopicAction = "CreateTopic" | "DeleteTopic" | "ListSubscriptionsByTopic" | "Publish" | "Subscribe" | "Unsubscribe";

/** What a function may touch; what is left out is denied. */
export interface Touches {
  /** Actions on the table itself. */
  readonly table?: readonly TableAction[];
  /** Actions on the table's index `lists`. */
  readonly index?: readonly "Query"[];
  /** May read the secret that signs list cursors. */
  readonly cursorSecret?: true;
  /** Actions on the bucket, which an address that a function signs is allowed no more than the function is. */
  readonly bucket?: readonly BucketGrant[];
  /** Actions on the topics of notices. */
  readonly topics?: readonly TopicAction[];
  /** May send to the queue of events that could not be processed. */
  readonly failureQueue?: true;
}

/** One function: `binary` names the archive, the suffix of the function, and the folder of its sample events. */
export interface FunctionEntry extends Touches {
  readonly binary: string;
  /** Reached without a token; such a function knows nothing of the table or the issuer. */
  readonly public?: true;
}

/** A function behind the gateway. */
export interface Route extends FunctionEntry {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "ANY";
  /** As in the OpenAPI document; `$default` takes what no other route matches. */
  readonly path: string;
}

/** Items of the table whose changes the stream's consumers follow. */
export type StreamItem = "conversation-head" | "encounter" | "new-entry" | "attachment-end";

/** A function fed by the table's stream. */
export interface StreamTrigger extends FunctionEntry {
  readonly source: "table-stream";
  /** The changes that it is fed. */
  readonly follows: readonly StreamItem[];
}

/** A function fed by uploads to the bucket. */
export interface UploadTrigger extends FunctionEntry {
  readonly source: "image-upload";
  /** Memory in MB: it takes more than the others. */
  readonly memory: number;
}

/** A function that the stack's own user pool calls before it issues a token; idle where the issuer is another. */
export interface SignInTrigger extends FunctionEntry {
  readonly source: "sign-in";
}

/** A function fed by an event source. */
export type Trigger = StreamTrigger | UploadTrigger | SignInTrigger;

/** Every route, in the order of the API contract. */
export const routes: readonly Route[] = [
  { binary: "get-health", method: "GET", path: "/health", public: true },
  { binary: "get-openapi", method: "GET", path: "/openapi.json", public: true },
  { binary: "refuse-route", method: "ANY", path: "$default", public: true },

  { binary: "get-me", method: "GET", path: "/me" },
  { binary: "get-notifications", method: "GET", path: "/me/notifications", table: ["GetItem"], topics: ["ListSubscriptionsByTopic"] },
  {
    binary: "put-notifications",
    method: "PUT",
    path: "/me/notifications",
    table: ["GetItem", "Query", "PutItem", "DeleteItem"],
    topics: ["CreateTopic", "DeleteTopic", "ListSubscriptionsByTopic", "Subscribe", "Unsubscribe"],
  },
  { binary: "get-settings", method: "GET", path: "/settings", table: ["GetItem"] },
  { binary: "put-settings", method: "PUT", path: "/settings", table: ["PutItem"] },
  { binary: "list-questionnaires", method: "GET", path: "/questionnaires", table: ["Query"] },
  { binary: "get-questionnaire", method: "GET", path: "/questionnaires/{questionnaireId}", table: ["GetItem"] },
  { binary: "put-questionnaire", method: "PUT", path: "/questionnaires/{questionnaireId}", table: ["Query", "PutItem"] },
  {
    binary: "delete-questionnaire",
    method: "DELETE",
    path: "/questionnaires/{questionnaireId}",
    table: ["Query", "PutItem", "DeleteItem"],
  },

  { binary: "search-patients", method: "GET", path: "/patients", table: ["Query"] },
  { binary: "get-patient", method: "GET", path: "/patients/{patientId}", table: ["GetItem"] },
  { binary: "put-patient", method: "PUT", path: "/patients/{patientId}", table: ["GetItem", "PutItem", "DeleteItem"] },

  {
    binary: "list-conversations",
    method: "GET",
    path: "/patients/{patientId}/conversations",
    table: ["GetItem", "Query", "PutItem"],
    index: ["Query"],
    cursorSecret: true,
  },
  { binary: "create-conversation", method: "POST", path: "/patients/{patientId}/conversations", table: ["GetItem", "PutItem"] },
  { binary: "get-conversation", method: "GET", path: "/conversations/{conversationId}", table: ["GetItem", "PutItem"] },
  {
    binary: "list-messages",
    method: "GET",
    path: "/conversations/{conversationId}/messages",
    table: ["GetItem", "Query", "PutItem"],
    cursorSecret: true,
  },
  {
    binary: "send-message",
    method: "POST",
    path: "/conversations/{conversationId}/messages",
    table: ["GetItem", "PutItem"],
  },
  {
    binary: "create-attachment",
    method: "POST",
    path: "/conversations/{conversationId}/attachments",
    table: ["GetItem", "PutItem"],
    bucket: [{ action: "PutObject", prefix: "uploads" }],
  },
  {
    binary: "get-attachment",
    method: "GET",
    path: "/conversations/{conversationId}/attachments/{attachmentId}",
    table: ["GetItem", "PutItem"],
    bucket: [{ action: "GetObject", prefix: "images" }],
  },
  {
    binary: "set-conversation-status",
    method: "PUT",
    path: "/conversations/{conversationId}/status",
    table: ["GetItem", "PutItem"],
  },
  { binary: "mark-read", method: "PUT", path: "/conversations/{conversationId}/read", table: ["GetItem", "PutItem"] },
  { binary: "mark-unread", method: "DELETE", path: "/conversations/{conversationId}/read", table: ["GetItem", "PutItem"] },

  {
    binary: "list-encounters",
    method: "GET",
    path: "/patients/{patientId}/encounters",
    table: ["GetItem", "Query", "PutItem"],
    index: ["Query"],
    cursorSecret: true,
  },
  { binary: "get-encounter", method: "GET", path: "/encounters/{encounterId}", table: ["GetItem", "Query", "PutItem"] },
  {
    binary: "set-encounter-status",
    method: "PUT",
    path: "/encounters/{encounterId}/status",
    table: ["GetItem", "Query", "PutItem"],
  },
  { binary: "create-order", method: "POST", path: "/encounters/{encounterId}/orders", table: ["GetItem", "PutItem"] },
  { binary: "link-document", method: "POST", path: "/encounters/{encounterId}/documents", table: ["GetItem", "PutItem"] },

  { binary: "list-tasks", method: "GET", path: "/tasks", table: ["GetItem"], index: ["Query"], cursorSecret: true },
  {
    binary: "list-access-log",
    method: "GET",
    path: "/patients/{patientId}/access-log",
    table: ["GetItem", "Query"],
    cursorSecret: true,
  },

  { binary: "update-task", method: "PUT", path: "/tasks/{taskId}", table: ["GetItem", "Query", "PutItem"] },
];

/** Every function that is not behind the gateway. */
export const triggers: readonly Trigger[] = [
  {
    binary: "project-changes",
    source: "table-stream",
    follows: ["conversation-head", "encounter", "new-entry", "attachment-end"],
    table: ["GetItem", "Query", "PutItem"],
    bucket: [{ action: "DeleteObject", prefix: "images" }],
    failureQueue: true,
  },
  {
    binary: "notify",
    source: "table-stream",
    follows: ["conversation-head"],
    table: ["GetItem", "Query", "PutItem"],
    topics: ["Publish"],
    failureQueue: true,
  },
  {
    binary: "inspect-attachment",
    source: "image-upload",
    // A photo of 50 megapixels takes 300 MB to decode and as much again to scale down; memory is also speed.
    memory: 1536,
    table: ["GetItem", "PutItem"],
    bucket: [
      { action: "GetObject", prefix: "uploads" },
      { action: "DeleteObject", prefix: "uploads" },
      { action: "PutObject", prefix: "images" },
      { action: "DeleteObject", prefix: "images" },
    ],
    failureQueue: true,
  },
  { binary: "add-claims", source: "sign-in", public: true },
];

/** Everything that is deployed as a function. */
export const functions: readonly (Route | Trigger)[] = [...routes, ...triggers];
