// The development sign-in page: a button per demo account, no password.
import { accounts, findAccount } from "./accounts.js";

const PATH = /^\/interaction\/([\w-]+)$/;

/** @param {string} uid */
export const signInPath = (uid) => `/interaction/${uid}`;

/**
 * Serves the page and handles its form.
 * @param {import("oidc-provider").default} provider
 */
export function serveSignIn(provider) {
  provider.use(async (ctx, next) => {
    const uid = PATH.exec(ctx.path)?.[1];
    if (!uid || !["GET", "POST"].includes(ctx.method)) {
      return next();
    }
    const interaction = await provider.interactionDetails(ctx.req, ctx.res);
    if (interaction.uid !== uid) {
      ctx.throw(400, "this sign-in has been replaced by a newer one");
    }
    ctx.set("cache-control", "no-store");
    ctx.set("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    if (ctx.method === "GET") {
      ctx.type = "html";
      ctx.body = page(uid, String(interaction.params["client_id"]));
      return;
    }
    const account = findAccount(new URLSearchParams(await text(ctx.req)).get("account") ?? undefined);
    await provider.interactionFinished(
      ctx.req,
      ctx.res,
      account
        ? { login: { accountId: account.id }, consent: {} }
        : { error: "access_denied", error_description: "no such demo account" },
      { mergeWithLastSubmission: false },
    );
    ctx.respond = false;
  });
}

/** @param {import("node:http").IncomingMessage} request */
async function text(request) {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) {
    body += chunk;
    if (body.length > 1024) {
      throw new Error("the sign-in form is larger than the page sends");
    }
  }
  return body;
}

/**
 * @param {string} uid
 * @param {string} client
 */
function page(uid, client) {
  const buttons = accounts.map(
    ({ id, name, role }) =>
      `<li><button name="account" value="${id}"><strong>${name}</strong> <span>${role} (${id})</span></button></li>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in (development)</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 24rem; margin: 10vh auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
  ul { list-style: none; padding: 0 }
  button { width: 100%; margin: .25rem 0; padding: .75rem 1rem; text-align: left; font: inherit; color: inherit; background: #f3f4f6; border: 1px solid #6b7280; border-radius: .5rem; cursor: pointer }
  button:hover { background: #e5e7eb }
  button:focus-visible { outline: 3px solid #1d4ed8; outline-offset: 2px }
  span { color: #4b5563 }
</style>
<main>
  <h1>Sign in</h1>
  <p>Development only: choose who <strong>${client}</strong> should see.</p>
  <form method="post" action="${signInPath(uid)}"><ul>
    ${buttons.join("\n    ")}
  </ul></form>
</main>
</html>
`;
}
