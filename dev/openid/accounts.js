// The demo accounts, from accounts.json, which `cargo xtask` reads too.
import { readFileSync } from "node:fs";

/**
 * @typedef {object} Account
 * @property {string} id the `sub` of its tokens
 * @property {string} name
 * @property {"patient" | "clinician" | "admin"} role
 * @property {string} [patientId] for patients only
 */

/** @type {{ audience: string, clientSecret: string, accounts: Account[] }} */
const file = JSON.parse(readFileSync(new URL("accounts.json", import.meta.url), "utf8"));

export const { audience, clientSecret, accounts } = file;

/** @param {string | undefined} id */
export function findAccount(id) {
  return accounts.find((account) => account.id === id);
}

/**
 * The claims that the API reads from a token, under their default names.
 * @param {Account} account
 */
export function claims({ role, patientId, name }) {
  return { role, name, ...(patientId && { patientId }) };
}
