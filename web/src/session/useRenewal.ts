// Renews the token shortly before its end, if the user is active.
import { useEffect, useEffectEvent } from "react";
import { useAuth } from "react-oidc-context";
import { watchActivity } from "./activity.ts";

export function useRenewal(onEnded: () => void): void {
  const auth = useAuth();
  const { events, user } = auth;
  const renew = useEffectEvent(() => auth.signinSilent());
  const refreshable = user?.refresh_token !== undefined;
  const ended = useEffectEvent(onEnded);
  useEffect(() => {
    const activity = watchActivity();
    const removeExpiring = events.addAccessTokenExpiring(() => {
      if (activity.isActive() && refreshable) {
        // If it fails, the session ends with its token, and the page says so.
        renew().catch(() => undefined);
      }
    });
    const removeExpired = events.addAccessTokenExpired(() => ended());
    return () => {
      removeExpiring();
      removeExpired();
      activity.stop();
    };
  }, [events, refreshable]);
}
