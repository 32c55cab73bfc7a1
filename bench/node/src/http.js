// A route: one log line per request without what was asked or answered, and a problem document for every refusal.
import { run } from "./runtime.js";

/** A refusal with its status and its stable code. */
export class Refusal extends Error {
  constructor(status, code, title) {
    super(title);
    this.status = status;
    this.code = code;
  }
}

export const notFound = () => new Refusal(404, "not-found", "There is nothing here");

/** An answer with a JSON body. */
export function answer(statusCode, body, type = "application/json") {
  const headers = { "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff" };
  return { statusCode, headers, multiValueHeaders: {}, body: JSON.stringify(body), isBase64Encoded: false, cookies: [] };
}

/** Runs a route's function. */
export function serve(method, path, handle) {
  return run(async (event, requestId) => {
    const started = performance.now();
    let answered;
    let code = "";
    try {
      answered = await handle(event);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, "internal-error", "Something went wrong");
      code = refusal.code;
      const type = `urn:portal-messaging:problem:${code}`;
      answered = answer(refusal.status, { type, title: refusal.message, status: refusal.status, code }, "application/problem+json");
    }
    const milliseconds = Math.round(performance.now() - started);
    const line = { timestamp: new Date().toISOString(), level: "INFO", message: "request", request_id: requestId, method, path };
    console.log(JSON.stringify({ ...line, status: answered.statusCode, code, milliseconds }));
    return answered;
  });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id of the path. */
export function pathId(event, name) {
  const id = event.pathParameters?.[name] ?? "";
  if (!UUID.test(id)) throw new Refusal(422, "invalid", "An id is no UUID");
  return id.toLowerCase();
}

/** The body, which must be a JSON object. */
export function json(event) {
  const text = event.isBase64Encoded ? Buffer.from(event.body ?? "", "base64").toString() : (event.body ?? "");
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Refusal(400, "malformed", "The body is not JSON");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Refusal(400, "malformed", "The body is not a JSON object");
  return body;
}
