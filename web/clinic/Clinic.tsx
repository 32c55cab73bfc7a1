// The clinic's places: tasklist, patients, charts, notifications.
import { Redirect, Route, Switch } from "wouter";
import { Shell } from "../src/app/Shell.tsx";
import { NotificationsPage } from "../src/components/NotificationsPage.tsx";
import { NotFound } from "../src/components/ui.tsx";
import { useText } from "../src/text/text.tsx";
import { Chart } from "./Chart.tsx";
import { PatientSearch } from "./PatientSearch.tsx";
import { TaskList } from "./TaskList.tsx";

export const chatHref = (patientId: string, conversationId: string) => `/patients/${patientId}/chat/${conversationId}`;
export const encounterHref = (patientId: string, encounterId: string) => `/patients/${patientId}/encounters/${encounterId}`;

export function Clinic() {
  const { t } = useText();
  const places = [
    { href: "/tasks", label: t("place.tasks") },
    { href: "/patients", label: t("place.patients") },
    { href: "/notifications", label: t("place.notifications") },
  ];
  return (
    <Shell places={places}>
      <Switch>
        <Route path="/">
          <Redirect to="/tasks" replace />
        </Route>
        <Route path="/tasks">
          <TaskList chatHref={chatHref} />
        </Route>
        <Route path="/patients">
          <PatientSearch hrefOf={(id) => `/patients/${id}/chat`} />
        </Route>
        <Route path="/patients/:patientId/chat/:id?">
          {({ patientId, id }) => <Chart patientId={patientId} tab="chat" selected={id} />}
        </Route>
        <Route path="/patients/:patientId/encounters/:id?">
          {({ patientId, id }) => <Chart patientId={patientId} tab="encounters" selected={id} />}
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
