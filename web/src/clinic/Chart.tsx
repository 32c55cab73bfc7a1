// A patient's chart: who the patient is, and the tabs.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { keys } from "../api/keys.ts";
import { useConversations } from "../conversation/useConversations.ts";
import { useSession } from "../session/session.ts";
import { useText } from "../text/TextProvider.tsx";
import { Failed, Loading } from "../ui/notices.tsx";
import { PageTitle } from "../ui/PageTitle.tsx";
import { UnreadDot } from "../ui/UnreadDot.tsx";
import { conversationsHref, encountersHref } from "./hrefs.ts";

interface Props {
  patientId: string;
  tab: "conversations" | "encounters";
  children: ReactNode;
}

export function Chart({ patientId, tab, children }: Props) {
  const { t, day } = useText();
  const { api } = useSession();
  const patient = useQuery({
    queryKey: keys.patient(patientId),
    queryFn: ({ signal }) => api.patient(patientId, signal),
    staleTime: 60_000,
  });
  if (!patient.data) {
    return (
      <section className="page">
        {patient.error ? <Failed error={patient.error} onRetry={() => void patient.refetch()} /> : <Loading />}
      </section>
    );
  }
  const { name, birthDate, recordNumber } = patient.data;
  return (
    <div className="chart">
      <header className="chart-head">
        <PageTitle>{name}</PageTitle>
        <p>{t("patient.facts", { birthDate: day(birthDate), recordNumber })}</p>
        <nav className="tabs" aria-label={t("chart.tabs")}>
          <Link className="nav-link" href={conversationsHref(patientId)} aria-current={tab === "conversations" ? "page" : undefined}>
            {t("chart.conversations")} <UnreadMark patientId={patientId} />
          </Link>
          <Link className="nav-link" href={encountersHref(patientId)} aria-current={tab === "encounters" ? "page" : undefined}>
            {t("chart.encounters")}
          </Link>
        </nav>
      </header>
      {children}
    </div>
  );
}

/** On the tab while one of the conversations is unread. */
function UnreadMark({ patientId }: { patientId: string }) {
  const list = useConversations(patientId, "");
  const unread = list.data?.pages.some((page) => page.items.some((one) => one.unread));
  return unread && <UnreadDot />;
}
