// Serves one built app on the loopback address: files, `/config.json`, the security headers, and the API under `/api`.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, request } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream";
import { fileURLToPath } from "node:url";
import { securityHeaders } from "./security-headers.js";

const { APP = "portal", PORT = APP === "clinic" ? "5174" : "5173", API_URL, ISSUER, IMAGES_ORIGIN } = process.env;
if (!API_URL || !ISSUER) {
  console.error("API_URL and ISSUER are missing; IMAGES_ORIGIN says where images are uploaded to");
  process.exit(1);
}
const api = new URL(API_URL);
const folder = fileURLToPath(new URL(`dist/${APP}/`, import.meta.url));
const headers = securityHeaders({ signIn: [new URL(ISSUER).origin], images: IMAGES_ORIGIN ? [new URL(IMAGES_ORIGIN).origin] : [] });
const config = JSON.stringify({ apiUrl: "/api", issuer: ISSUER, clientId: APP });

/** @type {Record<string, string>} */
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

const server = createServer((asked, answer) => {
  const url = asked.url ?? "/";
  if (url.startsWith("/api/")) {
    toApi(asked, answer, url.slice("/api".length));
  } else if (asked.method !== "GET" && asked.method !== "HEAD") {
    answer.writeHead(405, { allow: "GET, HEAD" }).end();
  } else if (url === "/config.json") {
    answer.writeHead(200, { ...headers, "content-type": "application/json", "cache-control": "no-store" }).end(config);
  } else {
    file(url, answer).catch(() => answer.writeHead(500).end());
  }
});

/**
 * A file of the app; any other path is a page of the app.
 * @param {string} url
 * @param {import("node:http").ServerResponse} answer
 */
async function file(url, answer) {
  const wanted = path.join(folder, path.normalize(decodeURIComponent(new URL(url, "http://localhost").pathname)));
  const isAsset = wanted.startsWith(path.join(folder, "assets"));
  const found = wanted.startsWith(folder) && (await stat(wanted).catch(() => undefined))?.isFile();
  if (isAsset && !found) {
    answer.writeHead(404, headers).end();
    return;
  }
  const served = found ? wanted : path.join(folder, "index.html");
  answer.writeHead(200, {
    ...headers,
    "content-type": TYPES[path.extname(served)] ?? "application/octet-stream",
    "cache-control": isAsset ? "public, max-age=31536000, immutable" : "no-cache",
  });
  pipeline(createReadStream(served), answer, () => undefined);
}

/**
 * Forwards a request to the API, as CloudFront does: so it has the page's own origin.
 * @param {import("node:http").IncomingMessage} asked
 * @param {import("node:http").ServerResponse} answer
 * @param {string} rest
 */
function toApi(asked, answer, rest) {
  const onward = request(
    {
      host: api.hostname,
      port: api.port,
      path: api.pathname.replace(/\/$/, "") + rest,
      method: asked.method,
      headers: { ...asked.headers, host: api.host },
    },
    (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      pipeline(got, answer, () => undefined);
    },
  );
  onward.on("error", () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
  answer.on("close", () => onward.destroy());
  asked.pipe(onward);
}

server.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
server.listen(Number(PORT), "127.0.0.1", () => console.log(`${APP}: http://localhost:${PORT}/`));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => process.exit(0));
}
