// The chart's tab with the patient's conversations beside the open one.
import { useState } from "react";
import { Link } from "wouter";
import { ConversationList } from "../conversation/ConversationList.tsx";
import { ConversationView } from "../conversation/ConversationView.tsx";
import { useText } from "../text/TextProvider.tsx";
import { IconButton } from "../ui/buttons.tsx";
import { Icon } from "../ui/icons.tsx";
import { conversationHref, conversationsHref, encounterHref } from "./hrefs.ts";
import { NewConversation } from "./NewConversation.tsx";

export function ConversationsTab({ patientId, selected }: { patientId: string; selected: string | undefined }) {
  const { t } = useText();
  const [naming, setNaming] = useState(false);
  const back = (
    <Link className="icon-button back-to-list" href={conversationsHref(patientId)} aria-label={t("back.chart")}>
      <Icon name="back" />
    </Link>
  );
  return (
    <div className={selected === undefined ? "messages" : "messages with-conversation"}>
      <div className="list-pane">
        <ConversationList
          patientId={patientId}
          selected={selected}
          hrefOf={({ id }) => conversationHref(patientId, id)}
          begin={<IconButton icon="plus" label={t("begin.plus")} onPress={() => setNaming(true)} />}
        />
      </div>
      <div className="conversation-pane">
        {selected === undefined ? (
          <p className="empty">{t("conversation.none")}</p>
        ) : (
          <ConversationView
            id={selected}
            back={back}
            aside={({ encounterId }) => <Link href={encounterHref(patientId, encounterId)}>{t("conversation.encounter")}</Link>}
          />
        )}
      </div>
      <NewConversation patientId={patientId} open={naming} onClose={() => setNaming(false)} />
    </div>
  );
}
