// The provider's configuration: JWT access tokens for the API, authorization code with PKCE for the web apps.
import Provider, { errors } from "oidc-provider";
import { audience, claims, findAccount } from "./accounts.js";
import { clients, foreignClient } from "./clients.js";
import { serveSignIn, signInPath } from "./sign-in.js";
import { signOutPage } from "./sign-out.js";

const HOUR = 3600;
const WORKDAY = 12 * HOUR;

/** The resource indicator of the API: the default. */
const API = `urn:${audience}`;

/** Resource indicator to audience. `another-api` is there so that a test can get a wrong audience. */
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
    loadExistingGrant: ownApps,
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
          const known = AUDIENCES.get(indicator);
          if (!known) {
            throw new errors.InvalidTarget();
          }
          return {
            audience: known,
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
 * The account that a token's claims tell of: whoever signed in, or the one a script's client stands for.
 * @param {import("oidc-provider").AccessToken | import("oidc-provider").ClientCredentials} token
 */
function accountOf(token) {
  if (token.kind === "AccessToken") {
    return findAccount(token.accountId);
  }
  return findAccount(token.clientId === foreignClient.id ? foreignClient.account : token.clientId);
}

/**
 * Seconds that an access token lives: an hour, or less where the token request asks for it with `lifetime`,
 * a parameter of this provider only (a test wants an expired token without waiting for it).
 * @param {unknown} asked
 */
function lifetime(asked) {
  const seconds = Number(asked ?? HOUR);
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
 * Both web apps are our own: nobody is asked for consent.
 * @param {import("oidc-provider").KoaContextWithOIDC} ctx
 */
async function ownApps(ctx) {
  const { client, session, params, result, provider } = ctx.oidc;
  if (!client || !session?.accountId) {
    return undefined;
  }
  const known = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const grant =
    (known && (await provider.Grant.find(known))) ||
    new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(String(params?.["scope"] ?? "openid"));
  await grant.save();
  return grant;
}
