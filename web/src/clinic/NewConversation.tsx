// The dialog in which a clinician begins a conversation with its title.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { SubmitEvent } from "react";
import { Button } from "react-aria-components/Button";
import { v7 as uuidv7 } from "uuid";
import { useLocation } from "wouter";
import { limits } from "../api/limits.ts";
import { cacheNewConversation } from "../conversation/cache.ts";
import { useSession } from "../session/session.ts";
import { useStoredState } from "../session/useStoredState.ts";
import { useText } from "../text/TextProvider.tsx";
import { Popup } from "../ui/dialogs.tsx";
import { Failed } from "../ui/notices.tsx";
import { TextField } from "../ui/TextField.tsx";
import { conversationHref } from "./hrefs.ts";

export function NewConversation({ patientId, open, onClose }: { patientId: string; open: boolean; onClose: () => void }) {
  const { t } = useText();
  const { api } = useSession();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  // The idempotency key changes with the title: creating again after a lost answer begins no second conversation.
  const [{ key, title }, keep, clear] = useStoredState(`title:${patientId}`, { key: "", title: "" });
  const create = useMutation({
    mutationFn: () => api.begin(patientId, { title: title.trim() }, key),
    onSuccess: (conversation) => {
      clear();
      cacheNewConversation(queries, conversation);
      onClose();
      navigate(conversationHref(patientId, conversation.id));
    },
  });
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Popup title={t("begin.plus")} open={open} onClose={onClose}>
      <form onSubmit={onSubmit}>
        <TextField
          label={t("begin.title")}
          autoFocus
          required
          maxLength={limits.TitledConversation.title.maxLength}
          value={title}
          onChange={(typed) => keep({ key: uuidv7(), title: typed })}
        />
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
