// On whose behalf the API is called: the current token, for an API client that outlives each token.
import type { User } from "oidc-client-ts";

interface Details {
  user: User;
  onEnded: () => void;
  leave: () => void;
}

export class Caller {
  #details: Details;

  constructor(details: Details) {
    this.#details = details;
  }

  /** Takes over a renewed token. */
  update(details: Details): void {
    this.#details = details;
  }

  /** The access token; undefined once it has expired. */
  get token(): string | undefined {
    const { user } = this.#details;
    return user.expired ? undefined : user.access_token;
  }

  /** The API does not accept the token any more. */
  end(): void {
    this.#details.onEnded();
  }

  leave(): void {
    this.#details.leave();
  }
}
