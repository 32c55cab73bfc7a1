// A patient's encounters.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "react-aria-components/Button";
import { Link } from "wouter";
import { keys } from "../api/keys.ts";
import { useMessaging } from "../conversation/messaging.tsx";
import { useNews } from "../conversation/useNews.ts";
import { useSession } from "../session/session.ts";
import { useText } from "../text/TextProvider.tsx";
import { Failed, Loading } from "../ui/notices.tsx";
import { encounterHref } from "./hrefs.ts";

export function EncounterList({ patientId }: { patientId: string }) {
  const { t, fullMoment } = useText();
  const { api } = useSession();
  const { listNews } = useMessaging();
  const list = useInfiniteQuery({
    queryKey: keys.encounters(patientId),
    queryFn: ({ pageParam, signal }) => api.encounters(patientId, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  useNews(listNews, () => list.refetch({ throwOnError: true }));
  const encounters = list.data?.pages.flatMap((page) => page.items);
  return (
    <section className="page" aria-label={t("chart.encounters")}>
      {list.error ? <Failed error={list.error} onRetry={() => void list.refetch()} /> : !encounters && <Loading />}
      {encounters?.length === 0 && <p className="empty">{t("encounters.none")}</p>}
      <ul className="cards">
        {encounters?.map(({ id, type, status, period, archived }) => (
          <li key={id} className="card">
            <Link className="card-link" href={encounterHref(patientId, id)}>
              {type}
            </Link>
            <p>
              {t(`encounter.${status}`)} · {fullMoment(period.start)}
              {archived && ` · ${t("encounter.archived")}`}
            </p>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button className="button" onPress={() => void list.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </section>
  );
}
