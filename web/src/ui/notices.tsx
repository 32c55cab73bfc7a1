// What a page shows while it loads, and when a request failed.
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { asFailure, type FailureKind } from "../api/failure.ts";
import { useText } from "../text/TextProvider.tsx";
import { Icon } from "./icons.tsx";

export function Loading() {
  const { t } = useText();
  return (
    <p className="loading" role="status">
      {t("loading")}
    </p>
  );
}

interface NoticeProps {
  kind: FailureKind;
  /** What failed, in a few words before the reason. */
  what?: string;
  /** What can be done about it. */
  children?: ReactNode;
}

/** A failure in plain words. */
export function FailureNotice({ kind, what, children }: NoticeProps) {
  const { t } = useText();
  return (
    <div className="notice failure" role="alert">
      <Icon name="warning" />
      <p>
        {what !== undefined && <strong>{what} </strong>}
        {t(`failure.${kind}`)}
      </p>
      {children}
    </div>
  );
}

/** The failure of a query or a mutation, with "Try again" where that helps. */
export function Failed({ error, what, onRetry }: { error: unknown; what?: string; onRetry?: () => void }) {
  const { t } = useText();
  const failure = asFailure(error);
  const canRetry = onRetry && (failure.isTransient || failure.remedy === "reload");
  return (
    <FailureNotice kind={failure.kind} {...(what !== undefined && { what })}>
      {canRetry && (
        <Button className="button" onPress={onRetry}>
          {t("retry")}
        </Button>
      )}
    </FailureNotice>
  );
}
