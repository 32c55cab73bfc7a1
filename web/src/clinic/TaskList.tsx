// The tasklist: the questions that wait for an answer, by pool, status and owner.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import { Button } from "react-aria-components/Button";
import { keys } from "../api/keys.ts";
import type { TaskFilter } from "../api/client.ts";
import type { Task, TaskStatus } from "../api/types.ts";
import { useMessaging } from "../conversation/messaging.tsx";
import { useNews } from "../conversation/useNews.ts";
import { useSession } from "../session/session.ts";
import { useText } from "../text/TextProvider.tsx";
import { Failed, Loading } from "../ui/notices.tsx";
import { PageTitle } from "../ui/PageTitle.tsx";
import { useDebounced } from "../ui/useDebounced.ts";
import { TaskFilters } from "./TaskFilters.tsx";
import { TaskRow } from "./TaskRow.tsx";

export function TaskList() {
  const { t } = useText();
  const { settings } = useSession();
  const [pool, setPool] = useState(settings.tasking.pool);
  const [status, setStatus] = useState<TaskStatus>("requested");
  const [mine, setMine] = useState(false);
  const debouncedPool = useDebounced(pool.trim());
  const list = useTasks({ pool: debouncedPool === "" ? undefined : debouncedPool, status, owner: mine ? "me" : undefined });
  const tasks = list.data?.pages.flatMap((page) => page.items);
  return (
    <section className="page">
      <PageTitle>{t("place.tasks")}</PageTitle>
      <TaskFilters {...{ pool, setPool, status, setStatus, mine, setMine }} count={tasks?.length} hasMore={list.hasNextPage} />
      {list.error && <Failed error={list.error} onRetry={() => void list.refetch()} />}
      {!tasks && !list.error && <Loading />}
      {tasks?.length === 0 && <p className="empty">{t("tasks.none")}</p>}
      <Tasks tasks={tasks ?? []} />
      {list.hasNextPage && (
        <Button className="button" onPress={() => void list.fetchNextPage()} isDisabled={list.isFetchingNextPage}>
          {t("more")}
        </Button>
      )}
    </section>
  );
}

function useTasks(filter: TaskFilter) {
  const { api } = useSession();
  const { listNews } = useMessaging();
  const list = useInfiniteQuery({
    queryKey: [...keys.tasks, filter],
    queryFn: ({ pageParam, signal }) => api.tasks(filter, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  useNews(listNews, () => list.refetch({ throwOnError: true }));
  return list;
}

function Tasks({ tasks }: { tasks: Task[] }) {
  const { t } = useText();
  const { api } = useSession();
  const queries = useQueryClient();
  const setTask = useMutation({
    mutationFn: ({ id, status }: { id: string; status: TaskStatus }) => api.setTask(id, { status }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.tasks }),
  });
  const rows = useRef<HTMLUListElement>(null);
  const noteChange = useFocusAfterChange(rows, tasks.map(({ id }) => id).join());
  return (
    <>
      {setTask.error && <Failed error={setTask.error} what={t("tasks.failed")} onRetry={() => setTask.mutate(setTask.variables)} />}
      <ul className="panel tasks" ref={rows}>
        {tasks.map((task, index) => (
          <TaskRow
            key={task.id}
            task={task}
            busy={setTask.isPending && setTask.variables.id === task.id}
            onChange={(status) => {
              noteChange(index);
              setTask.mutate({ id: task.id, status });
            }}
          />
        ))}
      </ul>
    </>
  );
}

/** A changed task leaves the list and takes the focus with it: the next task gets it, or the heading. */
function useFocusAfterChange(rows: RefObject<HTMLUListElement | null>, order: string): (index: number) => void {
  const changed = useRef<number>(undefined);
  useLayoutEffect(() => {
    if (changed.current !== undefined && (document.activeElement === document.body || document.activeElement === null)) {
      const left = rows.current?.children ?? [];
      const next = left[Math.min(changed.current, left.length - 1)]?.querySelector<HTMLElement>("input:enabled, a");
      (next ?? document.querySelector<HTMLElement>("main h1"))?.focus();
    }
  }, [rows, order]);
  return (index) => {
    changed.current = index;
  };
}
