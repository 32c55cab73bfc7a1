// Which tasks the tasklist shows, and how many there are.
import { limits } from "../api/limits.ts";
import type { TaskStatus } from "../api/types.ts";
import { useText } from "../text/TextProvider.tsx";

const STATUSES = ["requested", "in-progress", "completed"] as const satisfies TaskStatus[];

interface Props {
  pool: string;
  setPool: (pool: string) => void;
  status: TaskStatus;
  setStatus: (status: TaskStatus) => void;
  mine: boolean;
  setMine: (mine: boolean) => void;
  /** How many tasks are loaded. */
  count: number | undefined;
  hasMore: boolean;
}

export function TaskFilters({ pool, setPool, status, setStatus, mine, setMine, count: loaded, hasMore }: Props) {
  const { t, count } = useText();
  return (
    <div className="filters" role="group" aria-label={t("tasks.filters")}>
      <label>
        {t("tasks.pool")}
        <input
          type="text"
          value={pool}
          maxLength={limits.TaskingSettings.pool.maxLength}
          onChange={(event) => setPool(event.target.value)}
        />
      </label>
      <label>
        {t("tasks.status")}
        <select value={status} onChange={({ target }) => setStatus(STATUSES.find((one) => one === target.value) ?? status)}>
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
        {loaded !== undefined && (hasMore ? t("tasks.countMore", { count: loaded }) : count("tasks.count", loaded))}
      </p>
    </div>
  );
}
