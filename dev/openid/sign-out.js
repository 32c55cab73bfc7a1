// The development sign-out page: signs out without asking for confirmation.
import { randomBytes } from "node:crypto";

/**
 * Responds to the end-session request with a form that submits itself; without JavaScript, its button does.
 * @param {import("oidc-provider").KoaContextWithOIDC} ctx
 * @param {string} form the provider's form, with the id `op.logoutForm` and a CSRF token
 */
export function signOutPage(ctx, form) {
  const nonce = randomBytes(16).toString("base64");
  ctx.set("cache-control", "no-store");
  ctx.set("content-security-policy", `default-src 'none'; script-src 'nonce-${nonce}'; frame-ancestors 'none'`);
  ctx.type = "html";
  ctx.body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign out (development)</title>
<main>
  <h1>Sign out</h1>
  ${form}
  <button form="op.logoutForm" name="logout" value="yes">Sign out</button>
</main>
<script nonce="${nonce}">
  document.getElementById("op.logoutForm").requestSubmit(document.querySelector("button"));
</script>
</html>
`;
}
