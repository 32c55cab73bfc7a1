// A patient's chart: who it is, the Chat tab, the Encounters tab.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useId, useState } from "react";
import { Button } from "react-aria-components/Button";
import { Link, useLocation } from "wouter";
import { v7 as uuidv7 } from "uuid";
import { useSession } from "../src/app/session.ts";
import { Chat } from "../src/components/Chat.tsx";
import { ConversationList } from "../src/components/ConversationList.tsx";
import { Icon } from "../src/components/icons.tsx";
import { Failed, IconButton, Loading, PageTitle, Popup } from "../src/components/ui.tsx";
import { keys, noteConversation } from "../src/data/cache.ts";
import { useConversations, useKept } from "../src/data/hooks.ts";
import { useText } from "../src/text/text.tsx";
import { EncounterList, EncounterPage } from "./Encounters.tsx";

interface Props {
  patientId: string;
  tab: "chat" | "encounters";
  selected: string | undefined;
}

export function Chart({ patientId, tab, selected }: Props) {
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
          <Link href={`/patients/${patientId}/chat`} aria-current={tab === "chat" ? "page" : undefined}>
            {t("chart.chat")} <UnreadDot patientId={patientId} />
          </Link>
          <Link href={`/patients/${patientId}/encounters`} aria-current={tab === "encounters" ? "page" : undefined}>
            {t("chart.encounters")}
          </Link>
        </nav>
      </header>
      {tab === "chat" ? (
        <ChatTab patientId={patientId} selected={selected} />
      ) : selected === undefined ? (
        <EncounterList patientId={patientId} />
      ) : (
        <EncounterPage key={selected} id={selected} />
      )}
    </div>
  );
}

function UnreadDot({ patientId }: { patientId: string }) {
  const { t } = useText();
  const list = useConversations(patientId, "");
  const unread = list.data?.pages.some((page) => page.items.some((one) => one.unread)) ?? false;
  return (
    unread && (
      <span className="dot">
        <span className="visually-hidden">{t("unread")}</span>
      </span>
    )
  );
}

function ChatTab({ patientId, selected }: { patientId: string; selected: string | undefined }) {
  const { t } = useText();
  const [naming, setNaming] = useState(false);
  const list = `/patients/${patientId}/chat`;
  return (
    <div className={selected === undefined ? "messages" : "messages with-chat"}>
      <div className="list-pane">
        <ConversationList
          patientId={patientId}
          selected={selected}
          hrefOf={({ id }) => `${list}/${id}`}
          begin={<IconButton icon="plus" label={t("begin.plus")} onPress={() => setNaming(true)} />}
        />
      </div>
      <div className="chat-pane">
        {selected === undefined ? (
          <p className="empty">{t("chat.none")}</p>
        ) : (
          <Chat
            id={selected}
            back={
              <Link className="icon-button back-to-list" href={list} aria-label={t("back.chart")}>
                <Icon name="back" />
              </Link>
            }
            aside={(conversation) => (
              <Link href={`/patients/${patientId}/encounters/${conversation.encounterId}`}>{t("chat.encounter")}</Link>
            )}
          />
        )}
      </div>
      <NewChat patientId={patientId} open={naming} onClose={() => setNaming(false)} />
    </div>
  );
}

function NewChat({ patientId, open, onClose }: { patientId: string; open: boolean; onClose: () => void }) {
  const { t } = useText();
  const { api } = useSession();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const id = useId();
  const [{ key, title }, keep, clear] = useKept(`title:${patientId}`, { key: "", title: "" });
  const create = useMutation({
    mutationFn: (begin: { key: string; title: string }) => api.begin(patientId, { title: begin.title.trim() }, begin.key),
    onSuccess: (conversation) => {
      clear();
      noteConversation(queries, conversation);
      void queries.invalidateQueries({ queryKey: keys.conversations });
      onClose();
      navigate(`/patients/${patientId}/chat/${conversation.id}`);
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    create.mutate({ key, title });
  };
  return (
    <Popup title={t("begin.plus")} open={open} onClose={onClose}>
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor={id}>{t("begin.title")}</label>
          {}
          <input
            id={id}
            type="text"
            autoFocus
            required
            maxLength={200}
            value={title}
            onChange={(event) => keep({ key: uuidv7(), title: event.target.value })}
          />
        </div>
        {create.error && <Failed error={create.error} what={t("begin.failed")} />}
        <div className="actions">
          <Button className="button" onPress={onClose}>
            {t("cancel")}
          </Button>
          <Button className="button primary" type="submit" isDisabled={create.isPending || title.trim() === ""}>
            {t("begin.create")}
          </Button>
        </div>
      </form>
    </Popup>
  );
}
