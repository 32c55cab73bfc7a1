// A patient's encounters, and one of them: type, status with history, orders, documents, Archive and Close.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, type ReactNode, useId, useState } from "react";
import { Button } from "react-aria-components/Button";
import { Link } from "wouter";
import { v7 as uuidv7 } from "uuid";
import type { ChartEncounter, EncounterStatus } from "../src/api/types.ts";
import { useSession } from "../src/app/session.ts";
import { Confirm, Failed, Loading } from "../src/components/ui.tsx";
import { keys } from "../src/data/cache.ts";
import { useKept, useNews } from "../src/data/hooks.ts";
import { useText } from "../src/text/text.tsx";

export function EncounterList({ patientId }: { patientId: string }) {
  const { t, fullMoment } = useText();
  const { api, listNews } = useSession();
  const list = useInfiniteQuery({
    queryKey: keys.encounters(patientId),
    queryFn: ({ pageParam, signal }) => api.encounters(patientId, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  useNews(listNews, () => list.refetch({ throwOnError: true }));
  const encounters = list.data?.pages.flatMap((page) => page.items);
  return (
    <section className="page" aria-label={t("chart.encounters")}>
      {list.error ? <Failed error={list.error} onRetry={() => void list.refetch()} /> : !encounters && <Loading />}
      {encounters?.length === 0 && <p className="empty">{t("encounters.none")}</p>}
      <ul className="cards">
        {encounters?.map((one) => (
          <li key={one.id} className="card">
            <Link className="card-link" href={`/patients/${patientId}/encounters/${one.id}`}>
              {one.type}
            </Link>
            <p>
              {t(`encounter.${one.status}`)} · {fullMoment(one.period.start)}
              {one.archived && ` · ${t("encounter.archived")}`}
            </p>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button className="button" onPress={() => void list.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </section>
  );
}

export function EncounterPage({ id }: { id: string }) {
  const { t, fullMoment } = useText();
  const { api, chatNews } = useSession();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const query = useQuery({ queryKey: keys.encounter(id), queryFn: ({ signal }) => api.encounter(id, signal) });
  useNews(chatNews, () => query.refetch({ throwOnError: true }));
  const set = useMutation({
    mutationFn: (status: EncounterStatus) => api.setEncounterStatus(id, status),
    onSuccess: (changed) => {
      queries.setQueryData(keys.encounter(id), changed);
      for (const queryKey of [
        keys.conversation(changed.conversationId),
        keys.entries(changed.conversationId),
        keys.conversations,
        keys.tasks,
      ]) {
        void queries.invalidateQueries({ queryKey });
      }
    },
  });
  const encounter = query.data;
  if (!encounter) {
    return (
      <section className="page">{query.error ? <Failed error={query.error} onRetry={() => void query.refetch()} /> : <Loading />}</section>
    );
  }
  const { patientId, conversationId, status, statusHistory, period, archived } = encounter;
  const finished = status === "finished";
  const change = (to: EncounterStatus) => !set.isPending && set.mutate(to);
  const reopen = () => change("in-progress");
  return (
    <section className="page encounter" aria-labelledby={`${id}-title`}>
      <header className="encounter-head">
        <h2 id={`${id}-title`}>{encounter.type}</h2>
        <Link href={`/patients/${patientId}/chat/${conversationId}`}>{t("encounter.toChat")}</Link>
        {/* One button, whatever it does next: it keeps the focus. */}
        <Button className={finished ? "button" : "button primary"} onPress={finished ? reopen : () => setAsking(true)}>
          {t(finished ? "reopen" : "encounter.finish")}
        </Button>
      </header>
      {set.error && <Failed error={set.error} what={t("status.failed")} onRetry={() => set.mutate(set.variables)} />}
      {query.error && <Failed error={query.error} what={t("stale")} onRetry={() => void query.refetch()} />}
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
      <section className="sheet" aria-label={t("encounter.history")}>
        <h3>{t("encounter.history")}</h3>
        <ol className="history">
          {statusHistory.map((one) => (
            <li key={one.period.start}>
              {t(`encounter.${one.status}`)}: {fullMoment(one.period.start)} –{" "}
              {one.period.end ? fullMoment(one.period.end) : t("encounter.now")} ({one.changedBy.name})
            </li>
          ))}
        </ol>
      </section>
      <Orders encounter={encounter} />
      <Documents encounter={encounter} />
      <Confirm
        title={t("encounter.finish")}
        text={t("encounter.finishAsk")}
        action={t("encounter.finish")}
        open={asking}
        onConfirm={() => change("finished")}
        onClose={() => setAsking(false)}
      />
    </section>
  );
}

function Orders({ encounter }: { encounter: ChartEncounter }) {
  const { t } = useText();
  const { api } = useSession();
  const [typed, keep, clear] = useKept(`order:${encounter.id}`, { id: "", text: "" });
  return (
    <Part
      title={t("encounter.orders")}
      none={t("encounter.noOrders")}
      encounter={encounter}
      items={encounter.orders.map((order) => ({ key: order.id, content: order.text }))}
      action={t("encounter.addOrder")}
      ready={typed.text.trim() !== ""}
      add={() => api.addOrder(encounter.id, { id: typed.id, text: typed.text.trim() })}
      onAdded={clear}
    >
      <Field label={t("encounter.order")} value={typed.text} maxLength={2000} onChange={(text) => keep({ id: uuidv7(), text })} />
    </Part>
  );
}

function Documents({ encounter }: { encounter: ChartEncounter }) {
  const { t } = useText();
  const { api } = useSession();
  const [typed, keep, clear] = useKept(`document:${encounter.id}`, { id: "", title: "", url: "" });
  return (
    <Part
      title={t("encounter.documents")}
      none={t("encounter.noDocuments")}
      encounter={encounter}
      items={encounter.documents.map((document) => ({
        key: document.id,
        content: document.url.startsWith("https://") ? (
          <a href={document.url} target="_blank" rel="noopener noreferrer">
            {document.title}
          </a>
        ) : (
          document.title
        ),
      }))}
      action={t("encounter.linkDocument")}
      ready={typed.title.trim() !== "" && typed.url.trim() !== ""}
      add={() => api.linkDocument(encounter.id, { id: typed.id, title: typed.title.trim(), url: typed.url.trim() })}
      onAdded={clear}
    >
      <Field
        label={t("encounter.documentTitle")}
        value={typed.title}
        maxLength={200}
        onChange={(title) => keep({ ...typed, id: uuidv7(), title })}
      />
      <Field
        label={t("encounter.documentUrl")}
        type="url"
        value={typed.url}
        maxLength={2000}
        onChange={(url) => keep({ ...typed, id: uuidv7(), url })}
      />
    </Part>
  );
}

interface PartProps {
  title: string;
  none: string;
  encounter: ChartEncounter;
  items: { key: string; content: ReactNode }[];
  action: string;
  ready: boolean;
  add: () => Promise<unknown>;
  onAdded: () => void;
  children: ReactNode;
}

function Part({ title, none, encounter, items, action, ready, add, onAdded, children }: PartProps) {
  const { t } = useText();
  const queries = useQueryClient();
  const adding = useMutation({
    mutationFn: add,
    onSuccess: () => {
      onAdded();
      return queries.invalidateQueries({ queryKey: keys.encounter(encounter.id) });
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (ready) {
      adding.mutate();
    }
  };
  return (
    <section className="sheet" aria-label={title}>
      <h3>{title}</h3>
      {items.length === 0 ? (
        <p className="empty">{none}</p>
      ) : (
        <ul className="plain">
          {items.map(({ key, content }) => (
            <li key={key}>{content}</li>
          ))}
        </ul>
      )}
      {encounter.status === "finished" ? (
        <p className="hint">{t("encounter.finishedHint")}</p>
      ) : (
        <form className="inline-form" onSubmit={submit}>
          {children}
          <Button className="button" type="submit" isDisabled={!ready || adding.isPending}>
            {action}
          </Button>
        </form>
      )}
      {adding.error && <Failed error={adding.error} what={t("save.failed")} />}
    </section>
  );
}

interface FieldProps {
  label: string;
  value: string;
  maxLength: number;
  type?: "text" | "url";
  onChange: (value: string) => void;
}

function Field({ label, value, maxLength, type = "text", onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} type={type} value={value} maxLength={maxLength} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}
