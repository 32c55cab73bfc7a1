// What a function can be permitted to do: the words that `routes.ts` is written in.

/** A DynamoDB action on the table. A transaction needs the actions of its parts; it has none of its own. */
export type TableAction = "GetItem" | "Query" | "PutItem" | "DeleteItem";

/** An action on the objects under a prefix of the bucket. */
export interface BucketGrant {
  readonly action: "GetObject" | "PutObject" | "DeleteObject";
  readonly prefix: "uploads" | "images";
}

/** An SNS action on this deployment's topics of notifications, which functions create when someone asks for them. */
export type TopicAction = "CreateTopic" | "DeleteTopic" | "ListSubscriptionsByTopic" | "Publish" | "Subscribe" | "Unsubscribe";

/** What a function may do; everything else is denied. */
export interface Permissions {
  /** Actions on the table itself. */
  readonly table?: readonly TableAction[];
  /** Actions on the table's index. */
  readonly index?: readonly "Query"[];
  /** May read the secret that signs list cursors. */
  readonly cursorSecret?: true;
  /** Actions on the bucket. A presigned URL allows no more than the function that signed it. */
  readonly bucket?: readonly BucketGrant[];
  /** Actions on the topics of notifications. */
  readonly topics?: readonly TopicAction[];
  /** May send to the queue of events that could not be processed. */
  readonly failureQueue?: true;
}
