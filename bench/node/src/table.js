// The table: keys and items as ours are, so that both work on the same chats.
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

export const TableName = process.env.TABLE_NAME;
export const client = new DynamoDBClient({});

/** An id in its short form, and back. */
export const short = (uuid) => Buffer.from(uuid.replaceAll("-", ""), "hex").toString("base64url");
export function long(text) {
  const hex = Buffer.from(text, "base64url").toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const entryKey = (number) => `E#${String(number).padStart(10, "0")}`;

/** Texts from 256 bytes on are compressed by what Node.js has; ours could not read them, and nothing here asks it to. */
export function storedText(text) {
  if (Buffer.byteLength(text) < 256) return text;
  const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 18 };
  return brotliCompressSync(text, { params });
}

export const textOf = (stored) => (typeof stored === "string" ? stored : brotliDecompressSync(stored).toString());

const ROLES = { p: "patient", c: "clinician", a: "admin" };

/** Someone, as stored and as shown. */
export const personItem = ({ userId, role, name }) => ({ i: userId, n: name, r: role[0] });
export const personView = ({ i, n, r }) => ({ userId: i, role: ROLES[r], name: n });

/** Whether a caller may see a chat; to patients an empty one does not exist. */
export function isVisible(head, caller) {
  if (!head) return false;
  return caller.role === "clinician" || (head.patientId === caller.patientId && head.lastMessageAt !== undefined);
}

export const isOpen = (head) => head.lockVersion % 2 === 1;

/** An entry as clients see it. */
export function entryView(item) {
  const number = Number(item.sk.slice(2));
  const view = { number, kind: item.t === undefined ? "status" : "message" };
  if (item.id) view.id = long(item.id);
  view.sender = personView(item.by);
  if (item.t !== undefined) view.text = textOf(item.t);
  view.sentAt = new Date(item.at).toISOString();
  return view;
}
