// The provider's keys: created at the first start and kept in the state folder.
import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** @typedef {{ jwks: { keys: import("oidc-provider").JWK[] }, cookieKeys: string[] }} Keys */

/**
 * @param {string} folder
 * @returns {Keys}
 */
export function keysIn(folder) {
  const file = path.join(folder, "keys.json");
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(newKeys()), { mode: 0o600 });
    renameSync(draft, file);
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

/** @returns {Keys} */
function newKeys() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg: "RS256", use: "sig" };
  return {
    jwks: { keys: [/** @type {import("oidc-provider").JWK} */ (jwk)] },
    cookieKeys: [randomBytes(32).toString("base64url")],
  };
}
