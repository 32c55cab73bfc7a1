// A typed wrapper of fetch: bearer token, time limit, problem documents, and retries of what is safe to repeat.
import { asFailure, Failure, failureOf, type FailureKind } from "./failure.ts";
import { type Operations, operations } from "./generated/operations.gen.ts";
import type { Problem } from "./types.ts";

export interface HttpOptions {
  /** Where the API is, without a slash at its end. */
  apiUrl: string;
  /** The current access token; undefined when nobody is signed in (any more). */
  token: () => string | undefined;
  /** Called when the API does not know the caller. */
  onSessionEnded?: () => void;
  timeoutMs?: number;
  /** Waits before the first and the second retry. */
  retryWaitsMs?: readonly number[];
  /** Adds jitter to the waits, so that clients do not retry all at once. */
  random?: () => number;
}

/** An operation of openapi.json, by its id. */
export type OperationId = keyof Operations;

/** What an operation answers when it succeeds. */
export type AnswerOf<Id extends OperationId> = Operations[Id]["answers"][keyof Operations[Id]["answers"]];

/** An optional query parameter may be passed as undefined: it is left out. */
type Query<T> = { [Name in keyof T]: Partial<Pick<T, Name>> extends Pick<T, Name> ? T[Name] | undefined : T[Name] };

/** What an operation takes: path parameters, query, headers and body. */
type InputOf<Takes> = { [Part in keyof Takes as Exclude<Part, "url">]: Part extends "query" ? Query<Takes[Part]> : Takes[Part] };

interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Whether repeating it has the same effect as doing it once; true for GET, PUT and DELETE unless stated. */
  repeatable?: boolean;
}

/** A call of an operation. */
export type Call<Id extends OperationId> = InputOf<Operations[Id]["takes"]> & CallOptions;

/** Calls an operation: paths, bodies and answers have the types of openapi.json. */
export type Send = <Id extends OperationId>(id: Id, call: Call<Id>) => Promise<AnswerOf<Id>>;

/** Any call, as it is sent. */
interface Request extends CallOptions {
  path?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  headers?: Record<string, string>;
  body?: unknown;
}

const TIMEOUT_MS = 20_000;
const RETRY_WAITS_MS = [400, 1_500];
/** What a retry in a moment may cure. Offline, 401 and 429 are left to people and to polling. */
const RETRIED: ReadonlySet<FailureKind> = new Set(["timeout", "server"]);

/** Makes the function that every call to the API goes through. */
export function http(options: HttpOptions): Send {
  const { retryWaitsMs = RETRY_WAITS_MS, random = Math.random } = options;
  const send = async (id: OperationId, request: Request): Promise<unknown> => {
    const repeatable = request.repeatable ?? operations[id].method !== "POST";
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await sendOnce(options, id, request);
      } catch (error) {
        const failure = asFailure(error);
        const wait = retryWaitsMs[attempt];
        if (!repeatable || wait === undefined || !RETRIED.has(failure.kind) || request.signal?.aborted) {
          throw failure;
        }
        await pause(failure.retryAfter ?? wait * (0.5 + random()), request.signal);
      }
    }
  };
  // The one place where an answer gets its type: the API's own tests compare its answers with openapi.json.
  return send as Send;
}

async function sendOnce(options: HttpOptions, id: OperationId, { path, query, headers, body, signal }: Request): Promise<unknown> {
  const token = options.token();
  if (token === undefined) {
    options.onSessionEnded?.();
    throw new Failure("session-ended");
  }
  const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(`${options.apiUrl}${pathOf(operations[id].path, path)}${searchOf(query)}`, {
      method: operations[id].method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    text = await answer.text();
  } catch {
    throw new Failure(signal?.aborted ? "cancelled" : limit.aborted ? "timeout" : "offline");
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

function pathOf(template: string, parameters: Record<string, string> = {}): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ""));
}

function searchOf(query: Record<string, string | number | undefined> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") {
      parameters.set(name, String(value));
    }
  }
  const search = parameters.toString();
  return search && `?${search}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A captive portal's page or a gateway's own answer: not from the API.
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

/** Waits; aborting the signal ends the wait with a failure. */
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
