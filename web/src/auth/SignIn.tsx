// Signing in by OpenID Connect with PKCE. Tokens live in memory alone; a reload asks the issuer again.
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { InMemoryWebStorage, type User, WebStorageStateStore } from "oidc-client-ts";
import { type ReactNode, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { AuthProvider, useAuth } from "react-oidc-context";
import { Button } from "react-aria-components/Button";
import { navigate } from "wouter/use-browser-location";
import { client } from "../api/client.ts";
import { http } from "../api/http.ts";
import type { Role } from "../api/types.ts";
import { LanguageSwitch } from "../app/Shell.tsx";
import { makeQueries, makeSession, SessionContext } from "../app/session.ts";
import { poller } from "../chat/poller.ts";
import { Failed, Loading } from "../components/ui.tsx";
import type { Config } from "../config.ts";
import { useText } from "../text/text.tsx";
import { watchActivity } from "./renewal.ts";

/** Tells a reload, which signs in again by itself, from a first visit and from a sign-out. Holds no secret. */
const SIGNED_IN = "messaging-signed-in";
/** How long before its end a token is renewed. */
const RENEW_BEFORE_S = 60;

interface Props {
  config: Config;
  /** Who may use this app. */
  roles: readonly Role[];
  children: ReactNode;
}

/** Shows its children to who is signed in. */
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
      // For the time of the redirect: state and the PKCE verifier.
      stateStore={new WebStorageStateStore({ store: sessionStorage, prefix: "oidc." })}
      automaticSilentRenew={false}
      accessTokenExpiringNotificationTimeInSeconds={RENEW_BEFORE_S}
      monitorSession={false}
      onSigninCallback={(user) => {
        sessionStorage.setItem(SIGNED_IN, "1");
        navigate(pathOf(user), { replace: true });
      }}
    >
      <Gate config={config} roles={roles}>
        {children}
      </Gate>
    </AuthProvider>
  );
}

function Gate({ config, roles, children }: Props) {
  const { t } = useText();
  const auth = useAuth();
  const [refused, setRefused] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const signIn = () => {
    const path = window.location.pathname;
    void auth.signinRedirect({ state: { path: path === "/callback" ? "/" : path } });
  };
  const signedIn = auth.user !== undefined && auth.user !== null && !auth.user.expired && !refused;
  const again =
    !signedIn && !leaving && !auth.error && !auth.isLoading && !refused && !auth.user && sessionStorage.getItem(SIGNED_IN) !== null;
  const asked = useRef(false);
  useEffect(() => {
    if (again && !asked.current) {
      asked.current = true;
      signIn();
    }
  });
  useRenewal(() => setRefused(true));
  const leave = () => {
    sessionStorage.removeItem(SIGNED_IN);
    setLeaving(true);
    // Also where the issuer has no sign-out page of its own, nobody is signed in here any more.
    auth.signoutRedirect().catch(() => auth.removeUser().finally(() => setLeaving(false)));
  };
  if (signedIn) {
    return (
      <Signed config={config} roles={roles} user={auth.user as User} onEnded={() => setRefused(true)} leave={leave}>
        {children}
      </Signed>
    );
  }
  if (auth.isLoading || leaving || again || auth.activeNavigator === "signinRedirect") {
    return <Loading />;
  }
  const ended = refused || auth.user?.expired;
  return (
    <Welcome>
      {auth.error ? <p className="notice failure">{t("signIn.failed")}</p> : <p>{t(ended ? "signIn.ended" : "signIn.welcome")}</p>}
      <Button className="button primary" onPress={signIn}>
        {t(ended ? "signIn.again" : "signIn")}
      </Button>
    </Welcome>
  );
}

/** Renews the token shortly before its end, if someone is at work. */
function useRenewal(onEnded: () => void): void {
  const auth = useAuth();
  const { events, user } = auth;
  const renew = useEffectEvent(() => auth.signinSilent());
  const refreshable = user?.refresh_token !== undefined;
  const ended = useEffectEvent(onEnded);
  useEffect(() => {
    const activity = watchActivity();
    const remove = events.addAccessTokenExpiring(() => {
      if (activity.active() && refreshable) {
        // If it fails, the session ends with its token, and the page says so.
        renew().catch(() => undefined);
      }
    });
    const removeEnd = events.addAccessTokenExpired(() => ended());
    return () => {
      remove();
      removeEnd();
      activity.stop();
    };
  }, [events, refreshable]);
}

interface SignedProps extends Props {
  user: User;
  onEnded: () => void;
  leave: () => void;
}

function Signed({ config, roles, user, onEnded, leave, children }: SignedProps) {
  const { t } = useText();
  const [queries] = useState(makeQueries);
  const [caller] = useState(() => new Caller(user, onEnded, leave));
  useEffect(() => caller.become(user, onEnded, leave), [caller, user, onEnded, leave]);
  const api = useMemo(
    () => client(http({ apiUrl: config.apiUrl, token: () => caller.token, onSessionEnded: () => caller.ended() })),
    [config.apiUrl, caller],
  );
  const start = useQuery(
    { queryKey: ["start"], queryFn: () => Promise.all([api.me(), api.settings()]), staleTime: Infinity, gcTime: Infinity },
    queries,
  );
  const data = start.data;
  const session = useMemo(() => {
    if (!data) {
      return undefined;
    }
    const [me, settings] = data;
    const news = { chatNews: poller(), listNews: poller({ lookingMs: 8_000, idleMs: 30_000 }) };
    return makeSession({ api, me, settings, queries, storage: sessionStorage, ...news, leave: () => caller.leave() });
  }, [api, data, queries, caller]);
  useEffect(() => session?.outbox.resume(), [session]);
  if (start.error) {
    return (
      <Welcome>
        <Failed error={start.error} onRetry={() => void start.refetch()} />
        <Button className="button" onPress={leave}>
          {t("signOut")}
        </Button>
      </Welcome>
    );
  }
  if (!session) {
    return <Loading />;
  }
  if (!roles.includes(session.me.role)) {
    return (
      <Welcome>
        <p>{t("signIn.wrongRole", { name: session.me.name })}</p>
        <Button className="button primary" onPress={leave}>
          {t("signOut")}
        </Button>
      </Welcome>
    );
  }
  return (
    <QueryClientProvider client={queries}>
      <SessionContext value={session}>{children}</SessionContext>
    </QueryClientProvider>
  );
}

/** Who calls the API: the token of now, for an API client that outlives each token. */
class Caller {
  #user: User;
  #onEnded: () => void;
  #leave: () => void;

  constructor(user: User, onEnded: () => void, leave: () => void) {
    this.#user = user;
    this.#onEnded = onEnded;
    this.#leave = leave;
  }

  become(user: User, onEnded: () => void, leave: () => void): void {
    this.#user = user;
    this.#onEnded = onEnded;
    this.#leave = leave;
  }

  get token(): string | undefined {
    return this.#user.expired ? undefined : this.#user.access_token;
  }

  ended(): void {
    this.#onEnded();
  }

  leave(): void {
    this.#leave();
  }
}

function Welcome({ children }: { children: ReactNode }) {
  const { t } = useText();
  return (
    <main className="welcome">
      <h1>{t("product")}</h1>
      {children}
      <LanguageSwitch />
    </main>
  );
}

/** Where someone was before the redirect: a path of this app, whatever the state says. */
export function pathOf(user: { state?: unknown } | undefined): string {
  const state = user?.state;
  const path = typeof state === "object" && state !== null && "path" in state ? state.path : undefined;
  return typeof path === "string" && /^\/(?![/\\])/.test(path) ? path : "/";
}
