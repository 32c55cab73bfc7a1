// The configuration of the provider: JWT access tokens for the API, authorization code with PKCE for the web apps.
import Provider, { errors } from "oidc-provider";
import { audience, claims, findAccount } from "./accounts.js";
import { clients, foreignClient } from "./clients.js";
import { serveSignIn, signInPath } from "./sign-in.js";
import { signOutPage } from "./sign-out.js";

const HOUR = 3600;
const WORKDAY = 12 * HOUR;

/** The resource indicator of the API, used by default. */
const API = `urn:${audience}`;

/** Resource indicators and their audiences. `another-api` exists for tests that need a wrong audience. */
const AUDIENCES = new Map([
  [API, audience],
  ["urn:another-api", "another-api"],
]);

/**
 * @param {object} options
 * @param {string} options.issuer
 * @param {{ portal: string, clinic: string }} options.origins where the web apps are served
 * @param {import("./keys.js").Keys} options.keys
 */
export function makeProvider({ issuer, origins, keys }) {
  const provider = new Provider(issuer, {
    jwks: keys.jwks,
    cookies: { keys: keys.cookieKeys },
    clients: clients(origins),
    clientBasedCORS: (_ctx, origin) => Object.values(origins).includes(origin),
    pkce: { required: () => true },
    scopes: ["openid", "offline_access"],
    claims: { openid: ["sub"], profile: ["name", "role", "patientId"] },
    conformIdTokenClaims: false,
    interactions: { url: (_ctx, { uid }) => signInPath(uid) },
    findAccount: (_ctx, id) => {
      const account = findAccount(id);
      return account && { accountId: id, claims: () => ({ sub: id, ...claims(account) }) };
    },
    loadExistingGrant: grantWithoutConsent,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    extraTokenClaims: (_ctx, token) => {
      const account = accountOf(token);
      return account && claims(account);
    },
    ttl: {
      AccessToken: tokenTtl,
      ClientCredentials: tokenTtl,
      IdToken: HOUR,
      Interaction: HOUR,
      Session: WORKDAY,
      Grant: WORKDAY,
      RefreshToken: WORKDAY,
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource: signOutPage },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, indicator) => {
          const audience = AUDIENCES.get(indicator);
          if (!audience) {
            throw new errors.InvalidTarget();
          }
          return {
            audience,
            scope: "",
            accessTokenFormat: "jwt",
            accessTokenTTL: lifetime(ctx.oidc.body?.["lifetime"]),
            jwt: { sign: { alg: "RS256" } },
          };
        },
      },
    },
  });
  serveSignIn(provider);
  return provider;
}

/**
 * The account that a token is for: the user who signed in, or the demo account of a script's client.
 * @param {import("oidc-provider").AccessToken | import("oidc-provider").ClientCredentials} token
 */
function accountOf(token) {
  if (token.kind === "AccessToken") {
    return findAccount(token.accountId);
  }
  return findAccount(token.clientId === foreignClient.id ? foreignClient.account : token.clientId);
}

/**
 * The lifetime of an access token in seconds: an hour, or less if the token request has the parameter `lifetime`, which
 * only this provider has, for tests that need an expired token.
 * @param {unknown} requested
 */
function lifetime(requested) {
  const seconds = Number(requested ?? HOUR);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > HOUR) {
    throw new errors.InvalidRequest(`lifetime must be whole seconds from 1 to ${HOUR}`);
  }
  return seconds;
}

/**
 * @param {unknown} _ctx
 * @param {import("oidc-provider").AccessToken | import("oidc-provider").ClientCredentials} token
 */
function tokenTtl(_ctx, { resourceServer }) {
  return resourceServer?.accessTokenTTL ?? HOUR;
}

/**
 * Grants access without asking for consent: both web apps belong to this product.
 * @param {import("oidc-provider").KoaContextWithOIDC} ctx
 */
async function grantWithoutConsent(ctx) {
  const { client, session, params, result, provider } = ctx.oidc;
  if (!client || !session?.accountId) {
    return undefined;
  }
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const grant =
    (grantId && (await provider.Grant.find(grantId))) ||
    new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(String(params?.["scope"] ?? "openid"));
  await grant.save();
  return grant;
}
