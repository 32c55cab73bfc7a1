// The portal's places: Message Center, notifications, access log.
import { Link, Redirect, Route, Switch, useLocation } from "wouter";
import { ownPatientId, useSession } from "../src/app/session.ts";
import { Shell } from "../src/app/Shell.tsx";
import { AccessLogPage } from "../src/components/AccessLogPage.tsx";
import { Chat } from "../src/components/Chat.tsx";
import { ConversationList } from "../src/components/ConversationList.tsx";
import { Icon } from "../src/components/icons.tsx";
import { NotificationsPage } from "../src/components/NotificationsPage.tsx";
import { QuestionnairePage, QuestionnairePicker } from "../src/components/Questionnaires.tsx";
import { NotFound, PageTitle } from "../src/components/ui.tsx";
import { useText } from "../src/text/text.tsx";

export function Portal() {
  const { t } = useText();
  const session = useSession();
  const [, navigate] = useLocation();
  const patientId = ownPatientId(session);
  const places = [
    { href: "/messages", label: t("place.messages") },
    { href: "/notifications", label: t("place.notifications") },
    { href: "/access-log", label: t("place.accessLog") },
  ];
  const toList = (
    <Link className="back" href="/messages">
      <Icon name="back" /> {t("back.messages")}
    </Link>
  );
  return (
    <Shell places={places}>
      <Switch>
        <Route path="/">
          <Redirect to="/messages" replace />
        </Route>
        <Route path="/messages/new">
          <QuestionnairePicker hrefOf={(id) => `/messages/new/${id}`} back={toList} />
        </Route>
        <Route path="/messages/new/:id">
          {({ id }) => (
            <QuestionnairePage
              patientId={patientId}
              id={id}
              back={toList}
              onBegun={(begun) => navigate(`/messages/${begun.id}`, { replace: true })}
            />
          )}
        </Route>
        <Route path="/messages/:id?">{({ id }) => <MessageCenter patientId={patientId} selected={id} />}</Route>
        <Route path="/notifications">
          <NotificationsPage />
        </Route>
        <Route path="/access-log">
          <AccessLogPage patientId={patientId} />
        </Route>
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Shell>
  );
}

function MessageCenter({ patientId, selected }: { patientId: string; selected: string | undefined }) {
  const { t } = useText();
  const { settings } = useSession();
  const begin = (
    <>
      <Link className="icon-button" href="/messages/new" aria-label={t("begin.plus")}>
        <Icon name="plus" />
      </Link>
      <Link className="button primary begin" href="/messages/new">
        {settings.sendMessageLabel}
      </Link>
    </>
  );
  return (
    <div className={selected === undefined ? "messages" : "messages with-chat"}>
      <div className="list-pane">
        <PageTitle>{t("place.messages")}</PageTitle>
        <ConversationList patientId={patientId} selected={selected} hrefOf={({ id }) => `/messages/${id}`} begin={begin} />
      </div>
      <div className="chat-pane">
        {selected === undefined ? (
          <p className="empty">{t("chat.none")}</p>
        ) : (
          <Chat
            id={selected}
            back={
              <Link className="icon-button back-to-list" href="/messages" aria-label={t("back.messages")}>
                <Icon name="back" />
              </Link>
            }
          />
        )}
      </div>
    </div>
  );
}
