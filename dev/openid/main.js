// Starts the provider on the loopback address. `cargo xtask dev` runs this; manually: `OPENID_STATE=<folder> npm start`.
import { keysIn } from "./keys.js";
import { makeProvider } from "./provider.js";

const {
  OPENID_PORT = "4567",
  OPENID_STATE = ".state",
  PORTAL_ORIGIN = "http://localhost:5173",
  CLINIC_ORIGIN = "http://localhost:5174",
} = process.env;

const issuer = `http://localhost:${OPENID_PORT}`;
const provider = makeProvider({
  issuer,
  origins: { portal: PORTAL_ORIGIN, clinic: CLINIC_ORIGIN },
  keys: keysIn(OPENID_STATE),
});
provider.on("server_error", (_ctx, error) => console.error(error));

const server = provider.listen(Number(OPENID_PORT), "127.0.0.1", () => {
  console.log(`OpenID provider: ${issuer}/.well-known/openid-configuration`);
});
server.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => process.exit(0));
}
