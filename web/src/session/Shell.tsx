// The shell of both apps: product, navigation, language, user, sign-out, and an error boundary around the page.
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "react-aria-components/Button";
import { Link, useLocation } from "wouter";
import { LanguageSwitch } from "../text/LanguageSwitch.tsx";
import { useText } from "../text/TextProvider.tsx";
import { Confirm } from "../ui/dialogs.tsx";
import { ErrorBoundary } from "../ui/ErrorBoundary.tsx";
import { useSession } from "./session.ts";
import { useFocusOnNavigation } from "./useFocusOnNavigation.ts";

export interface Place {
  href: string;
  label: string;
}

/** Messages that are not sent yet, and would be lost with the tab. */
export interface Unsent {
  readonly busy: boolean;
  retryAll: () => void;
}

interface Props {
  places: Place[];
  unsent: Unsent;
  children: ReactNode;
}

export function Shell({ places, unsent, children }: Props) {
  const { t } = useText();
  const { me, signOut } = useSession();
  const [location] = useLocation();
  const [asking, setAsking] = useState(false);
  useWarningBeforeUnload(unsent);
  useFocusOnNavigation(location);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t("skip")}
      </a>
      <header className="top">
        <span className="product">{t("product")}</span>
        <nav aria-label={t("nav")}>
          {places.map(({ href, label }) => (
            <Link
              key={href}
              className="nav-link"
              href={href}
              aria-current={location === href || location.startsWith(`${href}/`) ? "page" : undefined}
            >
              {label}
            </Link>
          ))}
        </nav>
        <div className="who">
          <LanguageSwitch />
          <span className="name">{me.name}</span>
          <Button className="button small" onPress={() => (unsent.busy ? setAsking(true) : signOut())}>
            {t("signOut")}
          </Button>
        </div>
      </header>
      <OfflineBanner unsent={unsent} />
      <main id="main" tabIndex={-1}>
        <ErrorBoundary location={location}>{children}</ErrorBoundary>
      </main>
      <Confirm
        title={t("signOut")}
        text={t("signOut.unsent")}
        action={t("signOut")}
        open={asking}
        onConfirm={signOut}
        onClose={() => setAsking(false)}
      />
    </div>
  );
}

/** Says when the network is gone, and sends what waited once it is back. */
function OfflineBanner({ unsent }: { unsent: Unsent }) {
  const { t } = useText();
  const [offline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const onOnline = () => {
      setOffline(false);
      unsent.retryAll();
    };
    const onOffline = () => setOffline(true);
    window.addEventListener("online", onOnline);
    window.addEventListener("offline", onOffline);
    return () => {
      window.removeEventListener("online", onOnline);
      window.removeEventListener("offline", onOffline);
    };
  }, [unsent]);
  return <div role="status">{offline && <p className="banner">{t("failure.offline")}</p>}</div>;
}

/** The browser asks before it closes a tab with unsent messages. */
function useWarningBeforeUnload(unsent: Unsent): void {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (unsent.busy) {
        event.preventDefault();
      }
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [unsent]);
}
