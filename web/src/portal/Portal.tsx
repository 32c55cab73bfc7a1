// The portal's pages: conversations, questionnaires, notifications, access log.
import { Link, Redirect, Route, Switch, useLocation } from "wouter";
import { useMessaging } from "../conversation/messaging.tsx";
import { NotificationsPage } from "../session/NotificationsPage.tsx";
import { ownPatientId, useSession } from "../session/session.ts";
import { Shell } from "../session/Shell.tsx";
import { useText } from "../text/TextProvider.tsx";
import { Icon } from "../ui/icons.tsx";
import { NotFound } from "../ui/PageTitle.tsx";
import { AccessLogPage } from "./AccessLogPage.tsx";
import { MessageCenter } from "./MessageCenter.tsx";
import { QuestionnairePage } from "./QuestionnairePage.tsx";
import { QuestionnairePicker } from "./QuestionnairePicker.tsx";

export function Portal() {
  const { t } = useText();
  const { outbox } = useMessaging();
  const patientId = ownPatientId(useSession());
  const [, navigate] = useLocation();
  const places = [
    { href: "/messages", label: t("place.messages") },
    { href: "/notifications", label: t("place.notifications") },
    { href: "/access-log", label: t("place.accessLog") },
  ];
  const back = (
    <Link className="back" href="/messages">
      <Icon name="back" /> {t("back.messages")}
    </Link>
  );
  return (
    <Shell places={places} unsent={outbox}>
      <Switch>
        <Route path="/">
          <Redirect to="/messages" replace />
        </Route>
        <Route path="/messages/new">
          <QuestionnairePicker hrefOf={(id) => `/messages/new/${id}`} back={back} />
        </Route>
        <Route path="/messages/new/:id">
          {({ id }) => (
            <QuestionnairePage
              patientId={patientId}
              id={id}
              back={back}
              onBegun={(conversation) => navigate(`/messages/${conversation.id}`, { replace: true })}
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
