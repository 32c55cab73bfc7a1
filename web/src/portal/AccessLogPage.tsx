// The access log: which staff members opened or changed a patient's data, what they did, and when.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "react-aria-components/Button";
import { keys } from "../api/keys.ts";
import type { AuditEvent } from "../api/types.ts";
import { useSession } from "../session/session.ts";
import { useText } from "../text/TextProvider.tsx";
import { Failed, Loading } from "../ui/notices.tsx";
import { PageTitle } from "../ui/PageTitle.tsx";

export function AccessLogPage({ patientId }: { patientId: string }) {
  const { t } = useText();
  const { api } = useSession();
  const log = useInfiniteQuery({
    queryKey: keys.accessLog(patientId),
    queryFn: ({ pageParam, signal }) => api.accessLog(patientId, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const events = log.data?.pages.flatMap((page) => page.items);
  return (
    <section className="page">
      <PageTitle>{t("access.title")}</PageTitle>
      <p>{t("access.what")}</p>
      {events?.length === 0 && !log.hasNextPage && <p className="empty">{t("access.none")}</p>}
      {events && events.length > 0 && <Events events={events} />}
      {log.error ? (
        <Failed error={log.error} onRetry={() => void (log.data ? log.fetchNextPage() : log.refetch())} />
      ) : (
        !events && <Loading />
      )}
      {log.hasNextPage && !log.error && (
        <Button className="button" onPress={() => void log.fetchNextPage()} isDisabled={log.isFetchingNextPage}>
          {t("more")}
        </Button>
      )}
    </section>
  );
}

function Events({ events }: { events: AuditEvent[] }) {
  const { t, fullMoment } = useText();
  return (
    <table className="panel table">
      <thead>
        <tr>
          <th scope="col">{t("access.when")}</th>
          <th scope="col">{t("access.who")}</th>
          <th scope="col">{t("access.did")}</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr key={event.id}>
            <td>
              <time dateTime={event.recordedAt}>{fullMoment(event.recordedAt)}</time>
            </td>
            <td>{event.agent.name}</td>
            <td>{t(`action.${event.action}`)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
