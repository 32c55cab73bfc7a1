// The mark of what is unread: a red dot, and the word for screen readers.
import { useText } from "../text/TextProvider.tsx";

export function UnreadDot() {
  const { t } = useText();
  return (
    <span className="dot">
      <span className="visually-hidden">{t("unread")}</span>
    </span>
  );
}
