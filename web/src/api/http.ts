// A thin wrapper of fetch: bearer token, time limit, problem documents, and retries of what is safe to repeat.
import { asFailure, Failure, failureOf } from "./failure.ts";
import type { Problem } from "./types.ts";

export interface HttpOptions {
  /** Where the API is, without a slash at its end. */
  apiUrl: string;
  /** The access token of now; nothing when nobody is signed in (any more). */
  token: () => string | undefined;
  /** Told when the API does not know the caller. */
  onSessionEnded?: () => void;
  timeoutMs?: number;
  /** Waits before the first and the second repetition. */
  retryWaitsMs?: readonly number[];
  /** Makes the waits uneven, so that clients do not come back all at once. */
  random?: () => number;
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Whether repeating it does no more than doing it once; GET, PUT and DELETE do unless this says otherwise. */
  repeatable?: boolean;
}

export type Send = <T>(call: Call) => Promise<T>;

const TIMEOUT_MS = 20_000;
const RETRY_WAITS_MS = [400, 1_500];
/** What a repetition at once can heal. Offline, 401 and 429 are for people and for polling to handle. */
const REPEATED = new Set(["timeout", "server"]);

/** Makes the function that every call to the API goes through. */
export function http(options: HttpOptions): Send {
  const { retryWaitsMs = RETRY_WAITS_MS, random = Math.random } = options;
  return async <T>(call: Call): Promise<T> => {
    const repeatable = call.repeatable ?? call.method !== "POST";
    for (let attempt = 0; ; attempt += 1) {
      try {
        return (await once(options, call)) as T;
      } catch (error) {
        const failure = asFailure(error);
        const wait = retryWaitsMs[attempt];
        if (!repeatable || wait === undefined || !REPEATED.has(failure.kind) || call.signal?.aborted) {
          throw failure;
        }
        await pause(failure.retryAfter ?? wait * (0.5 + random()), call.signal);
      }
    }
  };
}

async function once(options: HttpOptions, call: Call): Promise<unknown> {
  const token = options.token();
  if (token === undefined) {
    options.onSessionEnded?.();
    throw new Failure("session-ended");
  }
  const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(urlOf(options.apiUrl, call), {
      method: call.method ?? "GET",
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(call.body !== undefined && { "content-type": "application/json" }),
        ...call.headers,
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      signal: call.signal ? AbortSignal.any([call.signal, limit]) : limit,
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    text = await answer.text();
  } catch {
    throw new Failure(call.signal?.aborted ? "cancelled" : limit.aborted ? "timeout" : "offline");
  }
  if (answer.ok) {
    return text === "" ? undefined : parsed(text);
  }
  const failure = failureOf(answer.status, problemIn(answer, text), answer.headers.get("retry-after"));
  if (failure.kind === "session-ended") {
    options.onSessionEnded?.();
  }
  throw failure;
}

function urlOf(apiUrl: string, { path, query = {} }: Call): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") {
      parameters.set(name, String(value));
    }
  }
  const search = parameters.toString();
  return `${apiUrl}${path}${search && `?${search}`}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A captive portal's page, a gateway's own answer: not from the API.
    throw new Failure("server");
  }
}

function problemIn(answer: Response, text: string): Problem | undefined {
  if (!answer.headers.get("content-type")?.startsWith("application/problem+json")) {
    return undefined;
  }
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return undefined;
  }
}

/** Waits; a signal ends the wait with a failure. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new Failure("cancelled"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) {
      stop();
    } else {
      signal?.addEventListener("abort", stop, { once: true });
    }
  });
}
