// What can go wrong with a request: the kinds of failure that pages distinguish.
import type { FieldProblem, Person, Problem } from "./types.ts";

/** A kind of failure; each has its own text (`failure.<kind>`). */
export type FailureKind =
  | "offline"
  | "timeout"
  | "session-ended"
  | "forbidden"
  | "not-found"
  | "conversation-closed"
  | "encounter-finished"
  | "conflict"
  | "too-large"
  | "unsupported-type"
  | "invalid"
  | "too-many"
  | "server"
  | "cancelled";

/** What the user can do about it. */
export type Remedy = "retry" | "sign-in" | "reopen" | "change" | "reload" | "none";

interface Details {
  status?: number | undefined;
  problem?: Problem | undefined;
  retryAfter?: number | undefined;
}

/** A request that failed. Its message is for developers and quotes nothing that was sent. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly kind: FailureKind;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly errors: FieldProblem[];
  readonly closedBy: Person | undefined;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(kind: FailureKind, { status, problem, retryAfter }: Details = {}) {
    super(problem?.code ?? kind);
    this.kind = kind;
    this.status = status;
    this.code = problem?.code;
    this.errors = problem?.errors ?? [];
    this.closedBy = problem?.closedBy ?? undefined;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed later; otherwise it is a final refusal. */
  get isTransient(): boolean {
    return TRANSIENT.has(this.kind);
  }

  get remedy(): Remedy {
    return REMEDIES[this.kind];
  }
}

const TRANSIENT: ReadonlySet<FailureKind> = new Set(["offline", "timeout", "session-ended", "too-many", "server", "cancelled"]);

const REMEDIES: Record<FailureKind, Remedy> = {
  offline: "retry",
  timeout: "retry",
  "session-ended": "sign-in",
  forbidden: "none",
  "not-found": "none",
  "conversation-closed": "reopen",
  "encounter-finished": "reopen",
  conflict: "reload",
  "too-large": "change",
  "unsupported-type": "change",
  invalid: "change",
  "too-many": "retry",
  server: "retry",
  cancelled: "retry",
};

/** The failure that an answer stands for. */
export function failureOf(status: number, problem: Problem | undefined, retryAfter: string | null): Failure {
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
  const wait = Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 60) * 1000 : undefined;
  return new Failure(kindOf(status, problem?.code), { status, problem, retryAfter: wait });
}

function kindOf(status: number, code: string | undefined): FailureKind {
  switch (status) {
    case 401:
      return "session-ended";
    case 403:
      return "forbidden";
    case 404:
      return "not-found";
    case 408:
    case 504:
      return "timeout";
    case 409:
      return code === "conversation-closed" || code === "encounter-finished" ? code : "conflict";
    case 413:
      return "too-large";
    case 415:
      return "unsupported-type";
    case 429:
      return "too-many";
    default:
      return status >= 500 ? "server" : "invalid";
  }
}

/** Any error as a failure: an unexpected one is our fault, as a server's failure is. */
export function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure("server");
}
