// The frame of both apps: product, places, language, who is signed in, sign-out, and a net under the pages.
import { Component, type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "react-aria-components/Button";
import { Link, useLocation } from "wouter";
import { Confirm, FailureNotice } from "../components/ui.tsx";
import { type Language, languageNames, useText } from "../text/text.tsx";
import { useSession } from "./session.ts";

export interface Place {
  href: string;
  label: string;
}

export function Shell({ places, children }: { places: Place[]; children: ReactNode }) {
  const { t } = useText();
  const { me, outbox, signOut } = useSession();
  const [location] = useLocation();
  const [asking, setAsking] = useState(false);
  useUnsentWarning();
  useArrival(location);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t("skip")}
      </a>
      <header className="top">
        <span className="product">{t("product")}</span>
        <nav aria-label={t("nav")}>
          {places.map(({ href, label }) => (
            <Link key={href} href={href} aria-current={location === href || location.startsWith(`${href}/`) ? "page" : undefined}>
              {label}
            </Link>
          ))}
        </nav>
        <div className="who">
          <LanguageSwitch />
          <span className="name">{me.name}</span>
          <Button className="button small" onPress={() => (outbox.busy ? setAsking(true) : signOut())}>
            {t("signOut")}
          </Button>
        </div>
      </header>
      <Offline />
      <main id="main" tabIndex={-1}>
        <Net place={location}>{children}</Net>
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

/** Whoever goes to another place is taken to its heading, so that a screen reader says where they are; unless what they pressed is still there. */
function useArrival(location: string): void {
  const before = useRef(location);
  useEffect(() => {
    const from = before.current;
    before.current = location;
    // The way from the root to the first place is the app's own.
    if (from === location || from === "/") {
      return;
    }
    const main = document.getElementById("main");
    const at = document.activeElement;
    const stays = main?.contains(at) && !(at && "checkVisibility" in at && !at.checkVisibility());
    if (main && !stays) {
      (main.querySelector<HTMLElement>("h1") ?? main).focus();
    }
  }, [location]);
}

export function LanguageSwitch() {
  const { t, language, setLanguage } = useText();
  return (
    <label className="language">
      <span className="visually-hidden">{t("language")}</span>
      <select value={language} onChange={(event) => setLanguage(event.target.value as Language)}>
        {Object.entries(languageNames).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Says when the network is gone, and sends what waited when it is back. */
function Offline() {
  const { t } = useText();
  const { outbox } = useSession();
  const [offline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const online = () => {
      setOffline(false);
      outbox.retryAll();
    };
    const gone = () => setOffline(true);
    window.addEventListener("online", online);
    window.addEventListener("offline", gone);
    return () => {
      window.removeEventListener("online", online);
      window.removeEventListener("offline", gone);
    };
  }, [outbox]);
  return <div role="status">{offline && <p className="banner">{t("failure.offline")}</p>}</div>;
}

/** The browser asks before a tab with unsent messages is closed. */
function useUnsentWarning(): void {
  const { outbox } = useSession();
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (outbox.busy) {
        event.preventDefault();
      }
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [outbox]);
}

/** Catches what a page throws: the frame stays, and so does everything typed. Not logged: an error's text could hold what was on the page. */
export class Net extends Component<{ place: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  /** Another place is another try. */
  override componentDidUpdate({ place }: { place: string }) {
    if (this.state.failed && place !== this.props.place) {
      this.setState({ failed: false });
    }
  }

  override render() {
    return this.state.failed ? <Broken onAgain={() => this.setState({ failed: false })} /> : this.props.children;
  }
}

function Broken({ onAgain }: { onAgain: () => void }) {
  const { t } = useText();
  return (
    <section className="page">
      <FailureNotice kind="server" what={t("broken")}>
        <Button className="button" onPress={onAgain}>
          {t("retry")}
        </Button>
      </FailureNotice>
    </section>
  );
}
