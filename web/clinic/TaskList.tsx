// The tasklist: which chats wait for an answer, in a pool, by status, mine; tick one off, or go to its chat.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useRef, useState } from "react";
import { Button } from "react-aria-components/Button";
import { Link } from "wouter";
import type { Task, TaskStatus } from "../src/api/types.ts";
import { useSession } from "../src/app/session.ts";
import { Icon } from "../src/components/icons.tsx";
import { Failed, Loading, PageTitle } from "../src/components/ui.tsx";
import { keys } from "../src/data/cache.ts";
import { useNews, useSettled } from "../src/data/hooks.ts";
import { useText } from "../src/text/text.tsx";

const STATUSES = ["requested", "in-progress", "completed"] as const satisfies TaskStatus[];

export function TaskList({ chatHref }: { chatHref: (patientId: string, conversationId: string) => string }) {
  const { t, count } = useText();
  const { api, settings, listNews } = useSession();
  const queries = useQueryClient();
  const [typedPool, setPool] = useState(settings.tasking.pool);
  const [status, setStatus] = useState<TaskStatus>("requested");
  const [mine, setMine] = useState(false);
  const pool = useSettled(typedPool.trim());
  const filter = { pool: pool === "" ? undefined : pool, status, owner: mine ? "me" : undefined };
  const list = useInfiniteQuery({
    queryKey: [...keys.tasks, filter],
    queryFn: ({ pageParam, signal }) => api.tasks(filter, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  useNews(listNews, () => list.refetch({ throwOnError: true }));
  const set = useMutation({
    mutationFn: ({ id, to }: { id: string; to: TaskStatus }) => api.setTask(id, { status: to }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.tasks }),
  });
  const tasks = list.data?.pages.flatMap((page) => page.items);
  const rows = useRef<HTMLUListElement>(null);
  /** Which task was last changed, by its place: it leaves the list, and takes the focus with it. */
  const changed = useRef<number>(undefined);
  const order = tasks?.map(({ id }) => id).join();
  useLayoutEffect(() => {
    if (changed.current !== undefined && (document.activeElement === document.body || document.activeElement === null)) {
      const left = rows.current?.children ?? [];
      const next = left[Math.min(changed.current, left.length - 1)]?.querySelector<HTMLElement>("input:enabled, a");
      (next ?? document.querySelector<HTMLElement>("main h1"))?.focus();
    }
  }, [order]);
  return (
    <section className="page">
      <PageTitle>{t("place.tasks")}</PageTitle>
      <div className="filters" role="group" aria-label={t("tasks.filters")}>
        <label>
          {t("tasks.pool")}
          <input type="text" value={typedPool} maxLength={64} onChange={(event) => setPool(event.target.value)} />
        </label>
        <label>
          {t("tasks.status")}
          <select value={status} onChange={(event) => setStatus(event.target.value as TaskStatus)}>
            {STATUSES.map((one) => (
              <option key={one} value={one}>
                {t(`task.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="check">
          <input type="checkbox" checked={mine} onChange={(event) => setMine(event.target.checked)} />
          <span>{t("tasks.mine")}</span>
        </label>
        <p role="status" className="count">
          {tasks && (list.hasNextPage ? t("tasks.countMore", { count: tasks.length }) : count("tasks.count", tasks.length))}
        </p>
      </div>
      {set.error && <Failed error={set.error} what={t("tasks.failed")} onRetry={() => set.mutate(set.variables)} />}
      {list.error && <Failed error={list.error} onRetry={() => void list.refetch()} />}
      {!tasks && !list.error && <Loading />}
      {tasks?.length === 0 && <p className="empty">{t("tasks.none")}</p>}
      <ul className="tasks" ref={rows}>
        {tasks?.map((task, index) => (
          <TaskRow
            key={task.id}
            task={task}
            href={chatHref(task.patientId, task.conversationId)}
            busy={set.isPending && set.variables.id === task.id}
            onSet={(to) => {
              changed.current = index;
              set.mutate({ id: task.id, to });
            }}
          />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button className="button" onPress={() => void list.fetchNextPage()} isDisabled={list.isFetchingNextPage}>
          {t("more")}
        </Button>
      )}
    </section>
  );
}

interface RowProps {
  task: Task;
  href: string;
  busy: boolean;
  onSet: (to: TaskStatus) => void;
}

function TaskRow({ task, href, busy, onSet }: RowProps) {
  const { t, moment, fullMoment } = useText();
  const what = { title: task.title, name: task.patientName };
  const completed = task.status === "completed";
  return (
    <li className="task">
      <label className="check only">
        <input
          type="checkbox"
          checked={completed || busy}
          disabled={completed || busy}
          onChange={() => onSet("completed")}
          aria-label={t("task.complete", what)}
        />
      </label>
      <div className="task-body">
        <p className="task-title">{task.title}</p>
        <p className="task-facts">
          {task.patientName} ·{" "}
          <time dateTime={task.createdAt} title={fullMoment(task.createdAt)}>
            {moment(task.createdAt)}
          </time>
          {task.ownerName && !completed && ` · ${t("task.owner", { name: task.ownerName })}`}
          {task.completedBy && ` · ${t("task.completedBy", { name: task.completedBy.name })}`}
        </p>
      </div>
      <Link className="icon-button bubble-link" href={href} aria-label={t("task.toChat", what)}>
        <Icon name="bubble" />
      </Link>
      {task.status === "requested" && (
        <Button className="button small" onPress={() => onSet("in-progress")} isDisabled={busy}>
          {t("task.take")}
        </Button>
      )}
    </li>
  );
}
