// The clinic's pages: tasklist, patients, charts, notifications.
import { Redirect, Route, Switch } from "wouter";
import { useMessaging } from "../conversation/messaging.tsx";
import { NotificationsPage } from "../session/NotificationsPage.tsx";
import { Shell } from "../session/Shell.tsx";
import { useText } from "../text/TextProvider.tsx";
import { NotFound } from "../ui/PageTitle.tsx";
import { Chart } from "./Chart.tsx";
import { ConversationsTab } from "./ConversationsTab.tsx";
import { EncounterList } from "./EncounterList.tsx";
import { EncounterPage } from "./EncounterPage.tsx";
import { PatientSearch } from "./PatientSearch.tsx";
import { TaskList } from "./TaskList.tsx";

export function Clinic() {
  const { t } = useText();
  const { outbox } = useMessaging();
  const places = [
    { href: "/tasks", label: t("place.tasks") },
    { href: "/patients", label: t("place.patients") },
    { href: "/notifications", label: t("place.notifications") },
  ];
  return (
    <Shell places={places} unsent={outbox}>
      <Switch>
        <Route path="/">
          <Redirect to="/tasks" replace />
        </Route>
        <Route path="/tasks">
          <TaskList />
        </Route>
        <Route path="/patients">
          <PatientSearch />
        </Route>
        <Route path="/patients/:patientId/chat/:id?">
          {({ patientId, id }) => (
            <Chart patientId={patientId} tab="conversations">
              <ConversationsTab patientId={patientId} selected={id} />
            </Chart>
          )}
        </Route>
        <Route path="/patients/:patientId/encounters/:id?">
          {({ patientId, id }) => (
            <Chart patientId={patientId} tab="encounters">
              {id === undefined ? <EncounterList patientId={patientId} /> : <EncounterPage key={id} id={id} />}
            </Chart>
          )}
        </Route>
        <Route path="/notifications">
          <NotificationsPage />
        </Route>
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Shell>
  );
}
