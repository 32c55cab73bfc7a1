// A signed-in user: loads who they are and the settings, checks that the app is for their role, and provides the session.
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import type { User } from "oidc-client-ts";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { Button } from "react-aria-components/Button";
import { client } from "../api/client.ts";
import { http } from "../api/http.ts";
import type { Role } from "../api/types.ts";
import { useText } from "../text/TextProvider.tsx";
import { Failed, Loading } from "../ui/notices.tsx";
import { Caller } from "./Caller.ts";
import type { Config } from "./config.ts";
import { makeQueries, makeSession, SessionContext } from "./session.ts";
import { Welcome } from "./Welcome.tsx";

interface Props {
  config: Config;
  roles: readonly Role[];
  user: User;
  onEnded: () => void;
  leave: () => void;
  children: ReactNode;
}

export function SignedIn({ config, roles, user, onEnded, leave, children }: Props) {
  const { t } = useText();
  const [queries] = useState(makeQueries);
  const [caller] = useState(() => new Caller({ user, onEnded, leave }));
  useEffect(() => caller.update({ user, onEnded, leave }), [caller, user, onEnded, leave]);
  const api = useMemo(
    () => client(http({ apiUrl: config.apiUrl, token: () => caller.token, onSessionEnded: () => caller.end() })),
    [config.apiUrl, caller],
  );
  const start = useQuery(
    { queryKey: ["start"], queryFn: () => Promise.all([api.me(), api.settings()]), staleTime: Infinity, gcTime: Infinity },
    queries,
  );
  const session = useMemo(() => {
    if (!start.data) {
      return undefined;
    }
    const [me, settings] = start.data;
    return makeSession({ api, me, settings, queries, storage: sessionStorage, leave: () => caller.leave() });
  }, [api, start.data, queries, caller]);
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
