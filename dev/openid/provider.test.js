// Tests of the provider over HTTP: the claims of its tokens, and who can get one.
import assert from "node:assert/strict";
import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { accounts, audience, clientSecret } from "./accounts.js";
import { keysIn } from "./keys.js";
import { makeProvider } from "./provider.js";

const origins = { portal: "http://localhost:5173", clinic: "http://localhost:5174" };
const state = mkdtempSync(path.join(tmpdir(), "openid-"));
const server = createServer();
let issuer = "";

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  assert(address && typeof address === "object");
  issuer = `http://localhost:${address.port}`;
  server.on("request", makeProvider({ issuer, origins, keys: keysIn(state) }).callback());
});

after(() => {
  server.close();
  server.closeAllConnections();
  rmSync(state, { recursive: true });
});

/**
 * Requests a token.
 * @param {Record<string, string>} form
 */
async function token(form) {
  const response = await fetch(`${issuer}/token`, { method: "POST", body: new URLSearchParams(form) });
  return { status: response.status, body: await response.json() };
}

/**
 * Requests a token for a script's client, and verifies it.
 * @param {string} client
 * @param {Record<string, string>} [more]
 */
async function scriptToken(client, more) {
  const { status, body } = await token({
    grant_type: "client_credentials",
    client_id: client,
    client_secret: clientSecret,
    ...more,
  });
  assert.equal(status, 200, JSON.stringify(body));
  return verified(body.access_token);
}

/**
 * Verifies the signature of a token with the published keys.
 * @param {string} jwt
 */
async function verified(jwt) {
  const [head = "", payload = "", signature = ""] = jwt.split(".");
  const header = JSON.parse(Buffer.from(head, "base64url").toString());
  const { keys } = await (await fetch(`${issuer}/jwks`)).json();
  const jwk = keys.find((/** @type {{ kid: string }} */ { kid }) => kid === header.kid);
  const key = createPublicKey({ key: jwk, format: "jwk" });
  assert(verify("RSA-SHA256", Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, "base64url")));
  return { header, claims: JSON.parse(Buffer.from(payload, "base64url").toString()) };
}

/**
 * Signs in as a browser does. Returns the redirect URL with the code.
 * @param {{ client: string, redirectUri: string, account: string, challenge?: string }} options
 */
async function signIn({ client, redirectUri, account, challenge }) {
  /** @type {Map<string, string>} */
  const cookies = new Map();
  /**
   * @param {string | URL} url
   * @param {RequestInit} [init]
   */
  const visit = async (url, init) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { ...init, headers: { cookie }, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  const url = new URL(`${issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: client,
    response_type: "code",
    scope: "openid profile",
    redirect_uri: redirectUri,
    state: "s",
    ...(challenge && { code_challenge: challenge, code_challenge_method: "S256" }),
  }).toString();
  const authorize = await visit(url);
  const page = authorize.headers.get("location") ?? "";
  if (!page.includes("/interaction/")) {
    return new URL(page);
  }
  const form = await (await visit(new URL(page, issuer))).text();
  assert(accounts.every(({ id }) => form.includes(`value="${id}"`)));
  const chosen = await visit(new URL(page, issuer), { method: "POST", body: new URLSearchParams({ account }) });
  const resumed = await visit(new URL(chosen.headers.get("location") ?? "", issuer));
  return new URL(resumed.headers.get("location") ?? "");
}

test("the discovery document has the issuer", async () => {
  const document = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  assert.equal(document.issuer, issuer);
  assert.deepEqual(document.code_challenge_methods_supported, ["S256"]);
});

for (const { id, name, role, patientId } of accounts) {
  test(`a script gets a token for ${id}`, async () => {
    const { header, claims } = await scriptToken(id);
    assert.deepEqual([header.alg, header.typ], ["RS256", "at+jwt"]);
    const { sub, client_id, iss, aud } = claims;
    assert.deepEqual({ sub, client_id, iss, aud }, { sub: id, client_id: id, iss: issuer, aud: audience });
    assert.deepEqual([claims.name, claims.role, claims.patientId], [name, role, patientId]);
    assert.equal(claims.exp - claims.iat, 3600);
  });
}

test("tests can get tokens that the API rejects: of another client, for another audience, or expired", async () => {
  const foreign = await scriptToken("other-app");
  assert.deepEqual([foreign.claims.client_id, foreign.claims.role, foreign.claims.aud], ["other-app", "patient", audience]);
  const elsewhere = await scriptToken("patient-a", { resource: "urn:another-api" });
  assert.equal(elsewhere.claims.aud, "another-api");
  const short = await scriptToken("patient-a", { lifetime: "1" });
  assert.equal(short.claims.exp - short.claims.iat, 1);
});

test("no token for a wrong secret, an unknown client, an unknown resource, an invalid lifetime", async () => {
  const good = { grant_type: "client_credentials", client_id: "patient-a", client_secret: clientSecret };
  for (const [change, status] of /** @type {const} */ ([
    [{ client_secret: "wrong" }, 401],
    [{ client_id: "stranger" }, 401],
    [{ resource: "urn:unknown" }, 400],
    [{ lifetime: "86400" }, 400],
    [{ lifetime: "soon" }, 400],
  ])) {
    assert.equal((await token({ ...good, ...change })).status, status, JSON.stringify(change));
  }
});

for (const client of /** @type {const} */ (["portal", "clinic"])) {
  test(`the ${client} signs in with authorization code, PKCE and refresh token`, async () => {
    const redirectUri = `${origins[client]}/callback`;
    const verifier = randomBytes(32).toString("base64url");
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const back = await signIn({ client, redirectUri, account: "patient-b", challenge });
    const exchange = {
      grant_type: "authorization_code",
      client_id: client,
      redirect_uri: redirectUri,
      code: back.searchParams.get("code") ?? "",
    };
    assert.equal((await token({ ...exchange, code_verifier: "x".repeat(43) })).status, 400);

    const again = await signIn({ client, redirectUri, account: "patient-b", challenge });
    const { status, body } = await token({
      ...exchange,
      code: again.searchParams.get("code") ?? "",
      code_verifier: verifier,
    });
    assert.equal(status, 200, JSON.stringify(body));
    const { claims, header } = await verified(body.access_token);
    assert.equal(header.typ, "at+jwt");
    assert.deepEqual(
      [claims.sub, claims.client_id, claims.aud, claims.role, claims.patientId],
      ["patient-b", client, audience, "patient", accounts[1]?.patientId],
    );
    assert.equal((await verified(body.id_token)).claims.sub, "patient-b");

    const renewed = await token({ grant_type: "refresh_token", client_id: client, refresh_token: body.refresh_token });
    assert.equal(renewed.status, 200, JSON.stringify(renewed.body));
    assert.equal((await verified(renewed.body.access_token)).claims.aud, audience);
  });
}

test("only demo accounts can sign in", async () => {
  const challenge = createHash("sha256").update("v".repeat(43)).digest("base64url");
  const back = await signIn({ client: "portal", redirectUri: `${origins.portal}/`, account: "mallory", challenge });
  assert.equal(back.searchParams.get("error"), "access_denied");
  assert.equal(back.searchParams.get("code"), null);
});

test("no code without PKCE", async () => {
  const back = await signIn({ client: "portal", redirectUri: `${origins.portal}/`, account: "patient-a" });
  assert.equal(back.searchParams.get("error"), "invalid_request");
});

test("only the origins of the web apps are allowed by CORS", async () => {
  const allowedOrigin = async (/** @type {string} */ origin) =>
    (await fetch(`${issuer}/token`, {
      method: "POST",
      headers: { origin },
      body: new URLSearchParams({ client_id: "portal", grant_type: "refresh_token", refresh_token: "none" }),
    })).headers.get("access-control-allow-origin");
  assert.equal(await allowedOrigin(origins.portal), origins.portal);
  assert.equal(await allowedOrigin(origins.clinic), origins.clinic);
  assert.equal(await allowedOrigin("http://localhost:9999"), null);
});

test("a restart keeps the keys", () => {
  assert.deepEqual(keysIn(state), keysIn(state));
});
