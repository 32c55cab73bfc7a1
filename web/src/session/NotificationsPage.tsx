// Where a user is notified of new messages: by email, by SMS, or not at all.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SubmitEvent } from "react";
import { Button } from "react-aria-components/Button";
import { asFailure } from "../api/failure.ts";
import { keys } from "../api/keys.ts";
import { limits } from "../api/limits.ts";
import type { ContactPreferences } from "../api/types.ts";
import { useText } from "../text/TextProvider.tsx";
import { Failed, Loading } from "../ui/notices.tsx";
import { PageTitle } from "../ui/PageTitle.tsx";
import { TextField } from "../ui/TextField.tsx";
import { useSession } from "./session.ts";
import { useStoredState } from "./useStoredState.ts";

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
  const [typed, keep, clear] = useStoredState("contact", { email: contact.email ?? "", sms: contact.sms ?? "" });
  const save = useSaveContact(contact, (saved) => {
    clear();
    keep({ email: saved.email ?? "", sms: saved.sms ?? "" });
  });
  const problemOf = (field: string) => save.error?.errors.find(({ pointer }) => pointer === `/${field}`)?.detail;
  const hintOf = (status: ContactPreferences["emailStatus"]) =>
    status ? t(status === "confirmed" ? "notifications.confirmed" : "notifications.pending") : undefined;
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    save.mutate(typed);
  };
  return (
    <form className="form" onSubmit={onSubmit}>
      <TextField
        label={t("notifications.email")}
        type="email"
        autoComplete="email"
        maxLength={limits.NewContact.email.maxLength}
        value={typed.email}
        hint={hintOf(contact.emailStatus)}
        problem={problemOf("email")}
        onChange={(email) => keep({ ...typed, email })}
      />
      <TextField
        label={t("notifications.sms")}
        type="tel"
        autoComplete="tel"
        value={typed.sms}
        hint={hintOf(contact.smsStatus) ?? t("notifications.smsHint")}
        problem={problemOf("sms")}
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

function useSaveContact(contact: ContactPreferences, onSaved: (saved: ContactPreferences) => void) {
  const { api } = useSession();
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: ({ email, sms }: { email: string; sms: string }) =>
      api.setContact({
        // The pool is not on this form: it stays as it is.
        ...(contact.pool && { pool: contact.pool }),
        ...(email.trim() !== "" && { email: email.trim() }),
        // People write numbers with spaces and dashes; the API takes E.164.
        ...(sms.trim() !== "" && { sms: sms.replace(/[\s().-]/g, "") }),
      }),
    onSuccess: (saved) => {
      queries.setQueryData(keys.contact, saved);
      onSaved(saved);
    },
  });
  return { ...save, error: save.error && asFailure(save.error) };
}
