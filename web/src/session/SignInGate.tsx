// Where someone is in signing in: asked to, on the way, signed in, or ended.
import type { User } from "oidc-client-ts";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { type AuthContextProps, useAuth } from "react-oidc-context";
import { Button } from "react-aria-components/Button";
import type { Role } from "../api/types.ts";
import { useText } from "../text/TextProvider.tsx";
import { Loading } from "../ui/notices.tsx";
import type { Config } from "./config.ts";
import { SignedIn } from "./SignedIn.tsx";
import { useRenewal } from "./useRenewal.ts";
import { Welcome } from "./Welcome.tsx";

/** Distinguishes a reload, which signs in again by itself, from a first visit and a sign-out. Holds no secret. */
const SIGNED_IN = "messaging-signed-in";

export const rememberSignIn = () => sessionStorage.setItem(SIGNED_IN, "1");

interface Props {
  config: Config;
  roles: readonly Role[];
  children: ReactNode;
}

export function SignInGate({ config, roles, children }: Props) {
  const auth = useAuth();
  const [refused, setRefused] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const user = signedInUser(auth);
  const isReload = !auth.user && !refused && !leaving && !auth.error && !auth.isLoading && sessionStorage.getItem(SIGNED_IN) !== null;
  useOnce(isReload, () => redirectToSignIn(auth));
  useRenewal(() => setRefused(true));
  const leave = () => {
    sessionStorage.removeItem(SIGNED_IN);
    setLeaving(true);
    // Also signs out here when the issuer has no sign-out page.
    auth.signoutRedirect().catch(() => auth.removeUser().finally(() => setLeaving(false)));
  };
  if (user && !refused) {
    return (
      <SignedIn config={config} roles={roles} user={user} onEnded={() => setRefused(true)} leave={leave}>
        {children}
      </SignedIn>
    );
  }
  if (auth.isLoading || leaving || isReload || auth.activeNavigator === "signinRedirect") {
    return <Loading />;
  }
  return <Invitation auth={auth} ended={refused || auth.user?.expired === true} />;
}

/** Asks to sign in, for the first time or again. */
function Invitation({ auth, ended }: { auth: AuthContextProps; ended: boolean }) {
  const { t } = useText();
  return (
    <Welcome>
      {auth.error ? <p className="notice failure">{t("signIn.failed")}</p> : <p>{t(ended ? "signIn.ended" : "signIn.welcome")}</p>}
      <Button className="button primary" onPress={() => redirectToSignIn(auth)}>
        {t(ended ? "signIn.again" : "signIn")}
      </Button>
    </Welcome>
  );
}

function signedInUser({ user }: AuthContextProps): User | undefined {
  return user && !user.expired ? user : undefined;
}

function redirectToSignIn(auth: AuthContextProps): void {
  const path = window.location.pathname;
  void auth.signinRedirect({ state: { path: path === "/callback" ? "/" : path } });
}

/** Does something when a condition first holds. */
function useOnce(condition: boolean, action: () => void): void {
  const done = useRef(false);
  useEffect(() => {
    if (condition && !done.current) {
      done.current = true;
      action();
    }
  });
}
