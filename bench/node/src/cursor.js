// Page cursors, signed with the deployment's secret.
import { createHmac } from "node:crypto";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

let key;

/** The cursor for a position, where there is one. */
export async function sign(position, caller, path) {
  if (!position) return null;
  key ??= (await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: process.env.CURSOR_SECRET_ARN }))).SecretString;
  const text = JSON.stringify(position);
  const tag = createHmac("sha256", key).update(JSON.stringify([caller.userId, path])).update(text).digest("base64url");
  return `${Buffer.from(text).toString("base64url")}.${tag}`;
}
