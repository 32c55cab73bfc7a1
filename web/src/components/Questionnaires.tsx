// The forms that begin a patient's chat: pick one, fill it in, submit. What is typed is kept until it is submitted.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, type ReactNode, useId } from "react";
import { Button } from "react-aria-components/Button";
import { Link } from "wouter";
import { v7 as uuidv7 } from "uuid";
import { asFailure } from "../api/failure.ts";
import type { Answer, Conversation, Questionnaire, QuestionnaireItem } from "../api/types.ts";
import { useSession } from "../app/session.ts";
import { keys, noteConversation } from "../data/cache.ts";
import { useKept } from "../data/hooks.ts";
import { useText } from "../text/text.tsx";
import { Failed, Loading, PageTitle } from "./ui.tsx";

function useQuestionnaires() {
  const { api } = useSession();
  return useQuery({ queryKey: keys.questionnaires, queryFn: ({ signal }) => api.questionnaires(signal), staleTime: 60_000 });
}

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
          {list.data.map((form) => (
            <li key={form.id} className="card">
              <h2 id={form.id}>{form.title}</h2>
              <p>{form.description}</p>
              <Link className="button primary" href={hrefOf(form.id)} aria-describedby={form.id}>
                {t("forms.begin")}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface FormProps {
  patientId: string;
  id: string;
  back: ReactNode;
  onBegun: (conversation: Conversation) => void;
}

export function QuestionnairePage({ patientId, id, back, onBegun }: FormProps) {
  const { t } = useText();
  const list = useQuestionnaires();
  const form = list.data?.find((one) => one.id === id);
  return (
    <section className="page">
      {back}
      {form ? (
        <QuestionnaireForm key={id} patientId={patientId} form={form} onBegun={onBegun} />
      ) : list.error ? (
        <Failed error={list.error} onRetry={() => void list.refetch()} />
      ) : list.data ? (
        <p className="empty">{t("forms.gone")}</p>
      ) : (
        <Loading />
      )}
    </section>
  );
}

type Values = Record<string, string | boolean>;
/** The key is made with the first word: submitting again, after a reload too, begins no second chat. */
interface Filled {
  key: string;
  values: Values;
}

function QuestionnaireForm({ patientId, form, onBegun }: { patientId: string; form: Questionnaire; onBegun: FormProps["onBegun"] }) {
  const { t } = useText();
  const { api } = useSession();
  const queries = useQueryClient();
  const [filled, keep, clear] = useKept<Filled>(`form:${form.id}`, { key: "", values: {} });
  const submit = useMutation({
    mutationFn: ({ key, answers }: { key: string; answers: Answer[] }) =>
      api.begin(patientId, { questionnaireId: form.id, questionnaireVersion: form.version, answers }, key),
    onSuccess: (conversation) => {
      clear();
      noteConversation(queries, conversation);
      void queries.invalidateQueries({ queryKey: keys.conversations });
      onBegun(conversation);
    },
  });
  const failure = submit.error ? asFailure(submit.error) : undefined;
  const set = (linkId: string, value: string | boolean) => {
    // Other answers are another submission: the key that stands for the first ones must not be used for them.
    keep({ key: uuidv7(), values: { ...filled.values, [linkId]: value } });
    if (submit.isError) {
      submit.reset();
    }
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const key = filled.key || uuidv7();
    keep({ key, values: filled.values });
    submit.mutate({ key, answers: answersOf(form.items, filled.values) });
  };
  return (
    <form className="form" onSubmit={onSubmit}>
      <PageTitle>{form.title}</PageTitle>
      {/* Before the fields: whoever is in danger must read it before they write. */}
      <p className="notice urgent">
        <strong>{t("forms.urgent")}</strong>
      </p>
      <p>{form.description}</p>
      {form.items.map((item) => {
        const problem = failure?.errors.find(({ linkId }) => linkId === item.linkId)?.detail;
        return (
          <Question
            key={item.linkId}
            item={item}
            value={filled.values[item.linkId]}
            problem={problem}
            onChange={(value) => set(item.linkId, value)}
          />
        );
      })}
      {submit.error && <Failed error={submit.error} what={t("forms.failed")} />}
      <div className="actions">
        <Button className="button primary" type="submit" isDisabled={submit.isPending}>
          {t(submit.isPending ? "forms.submitting" : "forms.submit")}
        </Button>
      </div>
    </form>
  );
}

/** Answers in the order asked; what was not answered is left out, a box that is not ticked is a no. */
export function answersOf(items: readonly QuestionnaireItem[], values: Values): Answer[] {
  return items.flatMap(({ linkId, type }): Answer[] => {
    const value = values[linkId] ?? (type === "boolean" ? false : "");
    return typeof value === "string" && value.trim() === "" ? [] : [{ linkId, value }];
  });
}

interface QuestionProps {
  item: QuestionnaireItem;
  value: string | boolean | undefined;
  problem: string | undefined;
  onChange: (value: string | boolean) => void;
}

function Question({ item, value, problem, onChange }: QuestionProps) {
  const { t } = useText();
  const id = useId();
  const required = item.required ?? false;
  const described = problem === undefined ? {} : { "aria-invalid": true, "aria-describedby": `${id}-problem` };
  const written = typeof value === "string" ? value : "";
  const label = (
    <>
      {item.text} {!required && item.type !== "boolean" && <span className="optional">{t("optional")}</span>}
    </>
  );
  const note = problem !== undefined && (
    <p className="field-problem" id={`${id}-problem`}>
      {problem}
    </p>
  );
  switch (item.type) {
    case "boolean":
      return (
        <div className="field">
          <label className="check">
            <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked)} {...described} />
            <span>{item.text}</span>
          </label>
          {note}
        </div>
      );
    case "choice":
      return (
        <fieldset className="field" {...described}>
          <legend>{label}</legend>
          {item.options?.map((option) => (
            <label className="check" key={option}>
              <input
                type="radio"
                name={id}
                value={option}
                required={required}
                checked={written === option}
                onChange={() => onChange(option)}
              />
              <span>{option}</span>
            </label>
          ))}
          {note}
        </fieldset>
      );
    case "string":
    case "text":
      return (
        <div className="field">
          <label htmlFor={id}>{label}</label>
          {item.type === "text" ? (
            <textarea
              id={id}
              rows={5}
              required={required}
              value={written}
              onChange={(event) => onChange(event.target.value)}
              {...described}
            />
          ) : (
            <input
              id={id}
              type="text"
              required={required}
              value={written}
              onChange={(event) => onChange(event.target.value)}
              {...described}
            />
          )}
          {note}
        </div>
      );
  }
}
