// Where a deployment's API and sign-in are: read at run time, so that one build can be deployed anywhere.

export interface Config {
  /** Where the API is: a path of our own origin, or a URL. */
  apiUrl: string;
  /** The OpenID Connect issuer. */
  issuer: string;
  clientId: string;
  /** The scope requested at sign-in. */
  scope: string;
  /** The API's resource indicator (RFC 8707), if the issuer wants one. */
  resource?: string;
}

/** Reads `/config.json`. */
export async function loadConfig(): Promise<Config> {
  const answer = await fetch("/config.json", { cache: "no-store", credentials: "omit" });
  if (!answer.ok) {
    throw new Error(`/config.json: ${answer.status}`);
  }
  return configOf(await answer.json());
}

/** Checks a configuration at the start, not at the first request. */
export function configOf(value: unknown): Config {
  const read = (name: string): string | undefined => {
    const found: unknown = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
    if (found !== undefined && (typeof found !== "string" || found === "")) {
      throw new Error(`/config.json: ${name} is not a string`);
    }
    return found;
  };
  const need = (name: string): string => {
    const found = read(name);
    if (found === undefined) {
      throw new Error(`/config.json: ${name} is missing`);
    }
    return found;
  };
  const resource = read("resource");
  return {
    apiUrl: need("apiUrl").replace(/\/+$/, ""),
    issuer: need("issuer"),
    clientId: need("clientId"),
    scope: read("scope") ?? "openid",
    ...(resource !== undefined && { resource }),
  };
}
