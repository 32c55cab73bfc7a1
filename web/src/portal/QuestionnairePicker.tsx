// Where a patient chooses the questionnaire that begins a conversation.
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useText } from "../text/TextProvider.tsx";
import { Failed, Loading } from "../ui/notices.tsx";
import { PageTitle } from "../ui/PageTitle.tsx";
import { useQuestionnaires } from "./useQuestionnaires.ts";

export function QuestionnairePicker({ hrefOf, back }: { hrefOf: (id: string) => string; back: ReactNode }) {
  const { t } = useText();
  const list = useQuestionnaires();
  return (
    <section className="page">
      {back}
      <PageTitle>{t("forms.title")}</PageTitle>
      {list.error && !list.data ? (
        <Failed error={list.error} onRetry={() => void list.refetch()} />
      ) : !list.data ? (
        <Loading />
      ) : (
        <ul className="cards">
          {list.data.map(({ id, title, description }) => (
            <li key={id} className="card">
              <h2 id={id}>{title}</h2>
              <p>{description}</p>
              <Link className="button primary" href={hrefOf(id)} aria-describedby={id}>
                {t("forms.begin")}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
