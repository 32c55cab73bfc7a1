// The OAuth clients: the two web apps, one for each demo account, and one whose tokens the API rejects.
import { accounts, clientSecret } from "./accounts.js";

/** A client that is not in the stack's CLIENT_IDS. Otherwise its tokens are like those of patient-a. */
export const foreignClient = { id: "other-app", account: "patient-a" };

/**
 * A web app: a public client, so it uses PKCE.
 * @param {string} id
 * @param {string} origin
 * @returns {import("oidc-provider").ClientMetadata}
 */
function webApp(id, origin) {
  return {
    client_id: id,
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    redirect_uris: [`${origin}/`, `${origin}/callback`],
    post_logout_redirect_uris: [`${origin}/`],
  };
}

/**
 * A client with the grant `client_credentials`, for `cargo xtask token` and the tests.
 * @param {string} id
 * @returns {import("oidc-provider").ClientMetadata}
 */
function script(id) {
  return {
    client_id: id,
    client_secret: clientSecret,
    grant_types: ["client_credentials"],
    response_types: [],
    redirect_uris: [],
  };
}

/** @param {{ portal: string, clinic: string }} origins */
export function clients({ portal, clinic }) {
  return [
    webApp("portal", portal),
    webApp("clinic", clinic),
    ...accounts.map(({ id }) => script(id)),
    script(foreignClient.id),
  ];
}
