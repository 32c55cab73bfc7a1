// The page of users who are not signed in.
import type { ReactNode } from "react";
import { LanguageSwitch } from "../text/LanguageSwitch.tsx";
import { useText } from "../text/TextProvider.tsx";

export function Welcome({ children }: { children: ReactNode }) {
  const { t } = useText();
  return (
    <main className="welcome">
      <h1>{t("product")}</h1>
      {children}
      <LanguageSwitch />
    </main>
  );
}
