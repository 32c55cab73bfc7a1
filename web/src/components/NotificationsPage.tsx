// Where someone is told that there is news: by email, by SMS, or not at all.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useId } from "react";
import { Button } from "react-aria-components/Button";
import { asFailure } from "../api/failure.ts";
import type { ContactPreferences } from "../api/types.ts";
import { useSession } from "../app/session.ts";
import { keys } from "../data/cache.ts";
import { useKept } from "../data/hooks.ts";
import { useText } from "../text/text.tsx";
import { Failed, Loading, PageTitle } from "./ui.tsx";

export function NotificationsPage() {
  const { t } = useText();
  const { api } = useSession();
  const contact = useQuery({ queryKey: keys.contact, queryFn: ({ signal }) => api.contact(signal) });
  return (
    <section className="page">
      <PageTitle>{t("notifications.title")}</PageTitle>
      <p>{t("notifications.what")}</p>
      {contact.data ? (
        <ContactForm contact={contact.data} />
      ) : contact.error ? (
        <Failed error={contact.error} onRetry={() => void contact.refetch()} />
      ) : (
        <Loading />
      )}
    </section>
  );
}

function ContactForm({ contact }: { contact: ContactPreferences }) {
  const { t } = useText();
  const { api } = useSession();
  const queries = useQueryClient();
  const [typed, keep, clear] = useKept("contact", { email: contact.email ?? "", sms: contact.sms ?? "" });
  const save = useMutation({
    mutationFn: ({ email, sms }: typeof typed) =>
      api.setContact({
        // What this form does not show stays as it is.
        ...(contact.pool && { pool: contact.pool }),
        ...(email.trim() !== "" && { email: email.trim() }),
        // Spaces and dashes are how people write numbers; the API takes E.164.
        ...(sms.trim() !== "" && { sms: sms.replace(/[\s().-]/g, "") }),
      }),
    onSuccess: (saved) => {
      queries.setQueryData(keys.contact, saved);
      clear();
      keep({ email: saved.email ?? "", sms: saved.sms ?? "" });
    },
  });
  const problem = (field: string) => save.error && asFailure(save.error).errors.find(({ pointer }) => pointer === `/${field}`)?.detail;
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    save.mutate(typed);
  };
  const state = (status: ContactPreferences["emailStatus"]) =>
    status ? t(status === "confirmed" ? "notifications.confirmed" : "notifications.pending") : undefined;
  return (
    <form className="form" onSubmit={onSubmit}>
      <Field
        label={t("notifications.email")}
        type="email"
        autoComplete="email"
        value={typed.email}
        hint={state(contact.emailStatus)}
        problem={problem("email")}
        onChange={(email) => keep({ ...typed, email })}
      />
      <Field
        label={t("notifications.sms")}
        type="tel"
        autoComplete="tel"
        value={typed.sms}
        hint={state(contact.smsStatus) ?? t("notifications.smsHint")}
        problem={problem("sms")}
        onChange={(sms) => keep({ ...typed, sms })}
      />
      {save.error && <Failed error={save.error} what={t("save.failed")} />}
      <div className="actions">
        <Button className="button primary" type="submit" isDisabled={save.isPending}>
          {t("save")}
        </Button>
        <span role="status">{save.isSuccess && t("saved")}</span>
      </div>
    </form>
  );
}

interface FieldProps {
  label: string;
  type: "email" | "tel";
  autoComplete: string;
  value: string;
  hint: string | undefined;
  problem: string | null | undefined;
  onChange: (value: string) => void;
}

function Field({ label, type, autoComplete, value, hint, problem, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        autoComplete={autoComplete}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-describedby={`${id}-hint`}
        aria-invalid={Boolean(problem)}
      />
      <p className={problem ? "field-problem" : "hint"} id={`${id}-hint`}>
        {problem ?? hint}
      </p>
    </div>
  );
}
