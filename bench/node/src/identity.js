// Who calls: a bearer token of the issuer, verified in the function as ours are.
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { Refusal } from "./http.js";

const { ISSUER, AUDIENCE } = process.env;
const unauthorized = () => new Refusal(401, "unauthorized", "A valid bearer token is required");
let keys;

/** The issuer's keys, by OpenID Connect Discovery; fetched once. */
async function issuerKeys() {
  const discovery = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json();
  if (discovery.issuer !== ISSUER) throw new Error("another issuer");
  return createRemoteJWKSet(new URL(discovery.jwks_uri));
}

/** The caller: their id, role, name and, of a patient, the record that is theirs. */
export async function caller(event) {
  const [scheme, token] = (event.headers?.authorization ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || !token) throw unauthorized();
  keys ??= await issuerKeys();
  try {
    const options = { issuer: ISSUER, audience: AUDIENCE, typ: "at+jwt", requiredClaims: ["exp", "sub"], clockTolerance: 5 };
    const { payload } = await jwtVerify(token, keys, options);
    const { sub: userId, role, name = "", patientId } = payload;
    if (!["patient", "clinician"].includes(role) || (role === "patient" && !patientId)) throw new Refusal(403, "forbidden", "No role here");
    return { userId, role, name, patientId };
  } catch (error) {
    throw error instanceof errors.JOSEError ? unauthorized() : error;
  }
}
