// A page's heading, which is the window's title too; and the page for an unknown address.
import { useEffect } from "react";
import { useText } from "../text/TextProvider.tsx";

/** It can take the focus, so that the shell can move a screen reader to it. */
export function PageTitle({ children }: { children: string }) {
  const { t } = useText();
  useEffect(() => {
    document.title = `${children} · ${t("product")}`;
  }, [children, t]);
  return <h1 tabIndex={-1}>{children}</h1>;
}

export function NotFound() {
  const { t } = useText();
  return (
    <section className="page">
      <PageTitle>{t("notFound")}</PageTitle>
      <p>{t("failure.not-found")}</p>
    </section>
  );
}
