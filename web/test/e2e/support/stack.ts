// The stack under test, as its `stack.json` describes it, and the demo accounts of its OpenID provider.
import { readFileSync } from "node:fs";

interface Stack {
  apiUrl: string;
  portalUrl: string;
  clinicUrl: string;
  issuer: string;
  awsEndpointUrl: string;
  patients: Record<string, string>;
}

interface Accounts {
  clientSecret: string;
  accounts: { id: string; name: string; role: "patient" | "clinician" | "admin" }[];
}

const read = (path: string | URL): unknown => JSON.parse(readFileSync(path, "utf8"));

export const stack = read(process.env["STACK_JSON"] ?? new URL("../../../../.local/stack.json", import.meta.url)) as Stack;

const { clientSecret, accounts } = read(new URL("../../../../dev/openid/accounts.json", import.meta.url)) as Accounts;

export type Person = "patient-a" | "patient-b" | "clinician-a" | "clinician-b" | "admin";

export function account(person: Person) {
  const found = accounts.find(({ id }) => id === person);
  if (!found) {
    throw new Error(`there is no demo account ${person}`);
  }
  return found;
}

export function patientId(person: Person): string {
  const id = stack.patients[person];
  if (id === undefined) {
    throw new Error(`the stack knows no patient ${person}`);
  }
  return id;
}

/** An access token for a script, as `cargo xtask token` gets it. */
export async function token(person: Person): Promise<string> {
  const form = { grant_type: "client_credentials", client_id: person, client_secret: clientSecret };
  const answer = await fetch(`${stack.issuer}/token`, { method: "POST", body: new URLSearchParams(form) });
  const { access_token } = (await answer.json()) as { access_token: string };
  return access_token;
}
