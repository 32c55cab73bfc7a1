// An encounter: type, status with its history, orders, documents, and "Archive and Close".
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "react-aria-components/Button";
import { Link } from "wouter";
import { keys } from "../api/keys.ts";
import type { Encounter, EncounterStatus } from "../api/types.ts";
import { reloadConversation } from "../conversation/cache.ts";
import { useMessaging } from "../conversation/messaging.tsx";
import { useNews } from "../conversation/useNews.ts";
import { useSession } from "../session/session.ts";
import { useText } from "../text/TextProvider.tsx";
import { Confirm } from "../ui/dialogs.tsx";
import { Failed, Loading } from "../ui/notices.tsx";
import { Documents, Orders } from "./EncounterItems.tsx";
import { conversationHref } from "./hrefs.ts";

export function EncounterPage({ id }: { id: string }) {
  const { t } = useText();
  const { api } = useSession();
  const { conversationNews } = useMessaging();
  const query = useQuery({ queryKey: keys.encounter(id), queryFn: ({ signal }) => api.encounter(id, signal) });
  useNews(conversationNews, () => query.refetch({ throwOnError: true }));
  const setStatus = useSetEncounterStatus(id);
  const encounter = query.data;
  if (!encounter) {
    return (
      <section className="page">{query.error ? <Failed error={query.error} onRetry={() => void query.refetch()} /> : <Loading />}</section>
    );
  }
  return (
    <section className="page encounter" aria-labelledby={`${id}-title`}>
      <header className="encounter-head">
        <h2 id={`${id}-title`}>{encounter.type}</h2>
        <Link href={conversationHref(encounter.patientId, encounter.conversationId)}>{t("encounter.toConversation")}</Link>
        <StatusButton status={encounter.status} onChange={(to) => !setStatus.isPending && setStatus.mutate(to)} />
      </header>
      {setStatus.error && (
        <Failed error={setStatus.error} what={t("status.failed")} onRetry={() => setStatus.mutate(setStatus.variables)} />
      )}
      {query.error && <Failed error={query.error} what={t("stale")} onRetry={() => void query.refetch()} />}
      <Facts encounter={encounter} />
      <History encounter={encounter} />
      <Orders encounter={encounter} />
      <Documents encounter={encounter} />
    </section>
  );
}

function useSetEncounterStatus(id: string) {
  const { api } = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (status: EncounterStatus) => api.setEncounterStatus(id, status),
    onSuccess: (changed) => {
      queries.setQueryData(keys.encounter(id), changed);
      reloadConversation(queries, changed.conversationId);
      void queries.invalidateQueries({ queryKey: keys.tasks });
    },
  });
}

/** One button, whatever it does next: so it keeps the focus. Finishing asks first. */
function StatusButton({ status, onChange }: { status: EncounterStatus; onChange: (to: EncounterStatus) => void }) {
  const { t } = useText();
  const [asking, setAsking] = useState(false);
  const finished = status === "finished";
  return (
    <>
      <Button
        className={finished ? "button" : "button primary"}
        onPress={() => {
          if (finished) {
            onChange("in-progress");
          } else {
            setAsking(true);
          }
        }}
      >
        {t(finished ? "reopen" : "encounter.finish")}
      </Button>
      <Confirm
        title={t("encounter.finish")}
        text={t("encounter.finishAsk")}
        action={t("encounter.finish")}
        open={asking}
        onConfirm={() => onChange("finished")}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

function Facts({ encounter: { status, archived, period } }: { encounter: Encounter }) {
  const { t, fullMoment } = useText();
  return (
    <dl className="facts sheet">
      <div>
        <dt>{t("encounter.status")}</dt>
        <dd>
          {t(`encounter.${status}`)}
          {archived && <span className="tag">{t("encounter.archived")}</span>}
        </dd>
      </div>
      <div>
        <dt>{t("encounter.start")}</dt>
        <dd>{fullMoment(period.start)}</dd>
      </div>
      {period.end && (
        <div>
          <dt>{t("encounter.end")}</dt>
          <dd>{fullMoment(period.end)}</dd>
        </div>
      )}
    </dl>
  );
}

function History({ encounter: { statusHistory } }: { encounter: Encounter }) {
  const { t, fullMoment } = useText();
  return (
    <section className="sheet" aria-label={t("encounter.history")}>
      <h3>{t("encounter.history")}</h3>
      <ol className="history">
        {statusHistory.map(({ status, period, changedBy }) => (
          <li key={period.start}>
            {t(`encounter.${status}`)}: {fullMoment(period.start)} – {period.end ? fullMoment(period.end) : t("encounter.now")} (
            {changedBy.name})
          </li>
        ))}
      </ol>
    </section>
  );
}
