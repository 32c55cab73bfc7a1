// Signing in by OpenID Connect with PKCE. Tokens live in memory alone; after a reload the issuer is asked again.
import { InMemoryWebStorage, WebStorageStateStore } from "oidc-client-ts";
import { type ReactNode, useState } from "react";
import { AuthProvider } from "react-oidc-context";
import { navigate } from "wouter/use-browser-location";
import type { Role } from "../api/types.ts";
import type { Config } from "./config.ts";
import { rememberSignIn, SignInGate } from "./SignInGate.tsx";

/** How long before its end a token is renewed. */
const RENEW_BEFORE_S = 60;

interface Props {
  config: Config;
  /** Who may use this app. */
  roles: readonly Role[];
  children: ReactNode;
}

/** Shows its children to signed-in users. */
export function SignIn({ config, roles, children }: Props) {
  const origin = window.location.origin;
  const [userStore] = useState(() => new WebStorageStateStore({ store: new InMemoryWebStorage() }));
  return (
    <AuthProvider
      authority={config.issuer}
      client_id={config.clientId}
      scope={config.scope}
      {...(config.resource !== undefined && { resource: config.resource })}
      redirect_uri={`${origin}/callback`}
      post_logout_redirect_uri={`${origin}/`}
      userStore={userStore}
      // During the redirect: state and the PKCE verifier.
      stateStore={new WebStorageStateStore({ store: sessionStorage, prefix: "oidc." })}
      automaticSilentRenew={false}
      accessTokenExpiringNotificationTimeInSeconds={RENEW_BEFORE_S}
      monitorSession={false}
      onSigninCallback={(user) => {
        rememberSignIn();
        navigate(returnPath(user), { replace: true });
      }}
    >
      <SignInGate config={config} roles={roles}>
        {children}
      </SignInGate>
    </AuthProvider>
  );
}

/** The path before the redirect: always one of this app, whatever the state contains. */
export function returnPath(user: { state?: unknown } | undefined): string {
  const state = user?.state;
  const path = typeof state === "object" && state !== null && "path" in state ? state.path : undefined;
  return typeof path === "string" && /^\/(?![/\\])/.test(path) ? path : "/";
}
