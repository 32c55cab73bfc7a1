// What is added to an encounter: orders and linked documents. What is typed is kept until it is added.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode, SubmitEvent } from "react";
import { Button } from "react-aria-components/Button";
import { v7 as uuidv7 } from "uuid";
import { keys } from "../api/keys.ts";
import { limits } from "../api/limits.ts";
import type { Encounter } from "../api/types.ts";
import { useSession } from "../session/session.ts";
import { useStoredState } from "../session/useStoredState.ts";
import { useText } from "../text/TextProvider.tsx";
import { Failed } from "../ui/notices.tsx";
import { TextField } from "../ui/TextField.tsx";

export function Orders({ encounter }: { encounter: Encounter }) {
  const { t } = useText();
  const { api } = useSession();
  const [{ id, text }, keep, clear] = useStoredState(`order:${encounter.id}`, { id: "", text: "" });
  return (
    <Items
      title={t("encounter.orders")}
      none={t("encounter.noOrders")}
      encounter={encounter}
      items={encounter.orders.map((order) => ({ key: order.id, content: order.text }))}
      action={t("encounter.addOrder")}
      ready={text.trim() !== ""}
      add={() => api.addOrder(encounter.id, { id, text: text.trim() })}
      onAdded={clear}
    >
      <TextField
        label={t("encounter.order")}
        value={text}
        maxLength={limits.NewOrder.text.maxLength}
        onChange={(typed) => keep({ id: uuidv7(), text: typed })}
      />
    </Items>
  );
}

export function Documents({ encounter }: { encounter: Encounter }) {
  const { t } = useText();
  const { api } = useSession();
  const [typed, keep, clear] = useStoredState(`document:${encounter.id}`, { id: "", title: "", url: "" });
  const { id, title, url } = typed;
  return (
    <Items
      title={t("encounter.documents")}
      none={t("encounter.noDocuments")}
      encounter={encounter}
      items={encounter.documents.map((document) => ({ key: document.id, content: <DocumentLink {...document} /> }))}
      action={t("encounter.linkDocument")}
      ready={title.trim() !== "" && url.trim() !== ""}
      add={() => api.linkDocument(encounter.id, { id, title: title.trim(), url: url.trim() })}
      onAdded={clear}
    >
      <TextField
        label={t("encounter.documentTitle")}
        value={title}
        maxLength={limits.NewDocument.title.maxLength}
        onChange={(value) => keep({ ...typed, id: uuidv7(), title: value })}
      />
      <TextField
        label={t("encounter.documentUrl")}
        type="url"
        value={url}
        maxLength={limits.NewDocument.url.maxLength}
        onChange={(value) => keep({ ...typed, id: uuidv7(), url: value })}
      />
    </Items>
  );
}

function DocumentLink({ title, url }: { title: string; url: string }) {
  return url.startsWith("https://") ? (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {title}
    </a>
  ) : (
    title
  );
}

interface ItemsProps {
  title: string;
  none: string;
  encounter: Encounter;
  items: { key: string; content: ReactNode }[];
  /** The label of the button that adds one. */
  action: string;
  ready: boolean;
  add: () => Promise<unknown>;
  onAdded: () => void;
  /** The fields of a new one. */
  children: ReactNode;
}

function Items({ title, none, encounter, items, action, ready, add, onAdded, children }: ItemsProps) {
  const { t } = useText();
  const queries = useQueryClient();
  const adding = useMutation({
    mutationFn: add,
    onSuccess: () => {
      onAdded();
      return queries.invalidateQueries({ queryKey: keys.encounter(encounter.id) });
    },
  });
  const onSubmit = (event: SubmitEvent) => {
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
        <form className="inline-form" onSubmit={onSubmit}>
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
