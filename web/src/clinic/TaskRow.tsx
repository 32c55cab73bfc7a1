// A task: complete it, take it, or open its conversation.
import { Button } from "react-aria-components/Button";
import { Link } from "wouter";
import type { Task, TaskStatus } from "../api/types.ts";
import { useText } from "../text/TextProvider.tsx";
import { Icon } from "../ui/icons.tsx";
import { conversationHref } from "./hrefs.ts";

interface Props {
  task: Task;
  /** A change is under way. */
  busy: boolean;
  onChange: (to: TaskStatus) => void;
}

export function TaskRow({ task, busy, onChange }: Props) {
  const { t } = useText();
  const names = { title: task.title, name: task.patientName };
  const completed = task.status === "completed";
  return (
    <li className="task">
      <label className="check only">
        <input
          type="checkbox"
          checked={completed || busy}
          disabled={completed || busy}
          onChange={() => onChange("completed")}
          aria-label={t("task.complete", names)}
        />
      </label>
      <div className="task-body">
        <p className="task-title">{task.title}</p>
        <TaskFacts task={task} />
      </div>
      <Link
        className="icon-button bubble-link"
        href={conversationHref(task.patientId, task.conversationId)}
        aria-label={t("task.toConversation", names)}
      >
        <Icon name="bubble" />
      </Link>
      {task.status === "requested" && (
        <Button className="button small" onPress={() => onChange("in-progress")} isDisabled={busy}>
          {t("task.take")}
        </Button>
      )}
    </li>
  );
}

function TaskFacts({ task: { patientName, createdAt, status, ownerName, completedBy } }: { task: Task }) {
  const { t, moment, fullMoment } = useText();
  return (
    <p className="task-facts">
      {patientName} ·{" "}
      <time dateTime={createdAt} title={fullMoment(createdAt)}>
        {moment(createdAt)}
      </time>
      {ownerName && status !== "completed" && ` · ${t("task.owner", { name: ownerName })}`}
      {completedBy && ` · ${t("task.completedBy", { name: completedBy.name })}`}
    </p>
  );
}
