// A questionnaire to fill in; its answers begin a conversation. What is typed is kept until it is submitted.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode, SubmitEvent } from "react";
import { Button } from "react-aria-components/Button";
import { v7 as uuidv7 } from "uuid";
import { asFailure } from "../api/failure.ts";
import type { Answer, Conversation, Questionnaire } from "../api/types.ts";
import { cacheNewConversation } from "../conversation/cache.ts";
import { useSession } from "../session/session.ts";
import { useStoredState } from "../session/useStoredState.ts";
import { useText } from "../text/TextProvider.tsx";
import { Failed, Loading } from "../ui/notices.tsx";
import { PageTitle } from "../ui/PageTitle.tsx";
import { answersOf, type Values } from "./answers.ts";
import { Question } from "./Question.tsx";
import { useQuestionnaires } from "./useQuestionnaires.ts";

interface Props {
  patientId: string;
  id: string;
  back: ReactNode;
  onBegun: (conversation: Conversation) => void;
}

export function QuestionnairePage({ patientId, id, back, onBegun }: Props) {
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

interface FormProps {
  patientId: string;
  form: Questionnaire;
  onBegun: (conversation: Conversation) => void;
}

function QuestionnaireForm({ patientId, form, onBegun }: FormProps) {
  const { t } = useText();
  const { values, setValue, submit } = useSubmission(patientId, form, onBegun);
  const failure = submit.error ? asFailure(submit.error) : undefined;
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    submit.mutate(answersOf(form.items, values));
  };
  return (
    <form className="form" onSubmit={onSubmit}>
      <PageTitle>{form.title}</PageTitle>
      {/* Above the fields: people in danger must read it before they write. */}
      <p className="notice urgent">
        <strong>{t("forms.urgent")}</strong>
      </p>
      <p>{form.description}</p>
      {form.items.map((item) => (
        <Question
          key={item.linkId}
          item={item}
          value={values[item.linkId]}
          problem={failure?.errors.find(({ linkId }) => linkId === item.linkId)?.detail}
          onChange={(value) => setValue(item.linkId, value)}
        />
      ))}
      {submit.error && <Failed error={submit.error} what={t("forms.failed")} />}
      <div className="actions">
        <Button className="button primary" type="submit" isDisabled={submit.isPending}>
          {t(submit.isPending ? "forms.submitting" : "forms.submit")}
        </Button>
      </div>
    </form>
  );
}

/** The idempotency key is stored with the answers: submitting them again, even after a reload, begins no second conversation. */
interface Filled {
  key: string;
  values: Values;
}

function useSubmission(patientId: string, form: Questionnaire, onBegun: (conversation: Conversation) => void) {
  const { api } = useSession();
  const queries = useQueryClient();
  const [{ key, values }, keep, clear] = useStoredState<Filled>(`form:${form.id}`, { key: "", values: {} });
  const submit = useMutation({
    mutationFn: (answers: Answer[]) => {
      const submissionKey = key || uuidv7();
      keep({ key: submissionKey, values });
      return api.begin(patientId, { questionnaireId: form.id, questionnaireVersion: form.version, answers }, submissionKey);
    },
    onSuccess: (conversation) => {
      clear();
      cacheNewConversation(queries, conversation);
      onBegun(conversation);
    },
  });
  const setValue = (linkId: string, value: string | boolean) => {
    // Other answers are another submission, so they get another key.
    keep({ key: uuidv7(), values: { ...values, [linkId]: value } });
    if (submit.isError) {
      submit.reset();
    }
  };
  return { values, setValue, submit };
}
