// The patient's conversations beside the open one.
import { Link } from "wouter";
import { ConversationList } from "../conversation/ConversationList.tsx";
import { ConversationView } from "../conversation/ConversationView.tsx";
import { useSession } from "../session/session.ts";
import { useText } from "../text/TextProvider.tsx";
import { Icon } from "../ui/icons.tsx";
import { PageTitle } from "../ui/PageTitle.tsx";

export function MessageCenter({ patientId, selected }: { patientId: string; selected: string | undefined }) {
  const { t } = useText();
  const back = (
    <Link className="icon-button back-to-list" href="/messages" aria-label={t("back.messages")}>
      <Icon name="back" />
    </Link>
  );
  return (
    <div className={selected === undefined ? "messages" : "messages with-conversation"}>
      <div className="list-pane">
        <PageTitle>{t("place.messages")}</PageTitle>
        <ConversationList patientId={patientId} selected={selected} hrefOf={({ id }) => `/messages/${id}`} begin={<BeginLinks />} />
      </div>
      <div className="conversation-pane">
        {selected === undefined ? <p className="empty">{t("conversation.none")}</p> : <ConversationView id={selected} back={back} />}
      </div>
    </div>
  );
}

function BeginLinks() {
  const { t } = useText();
  const { settings } = useSession();
  return (
    <>
      <Link className="icon-button" href="/messages/new" aria-label={t("begin.plus")}>
        <Icon name="plus" />
      </Link>
      <Link className="button primary begin" href="/messages/new">
        {settings.sendMessageLabel}
      </Link>
    </>
  );
}
