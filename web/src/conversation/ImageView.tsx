// An image of a message: being checked, shown small and in full size, or rejected with its reason.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "react-aria-components/Button";
import { keys } from "../api/keys.ts";
import type { Attachment, Reason } from "../api/types.ts";
import { useSession } from "../session/session.ts";
import type { TextKey } from "../text/language.ts";
import { useText } from "../text/TextProvider.tsx";
import { Popup } from "../ui/dialogs.tsx";
import { Failed } from "../ui/notices.tsx";

/** An image's URL is valid for a few minutes; it is loaded again before it expires. */
const FRESH_MS = 3 * 60_000;
const PENDING_MS = 1_500;

const REASONS: Record<Reason, TextKey> = {
  empty: "image.empty",
  "too-large": "image.tooLarge",
  "not-an-image": "image.notAnImage",
  "unsupported-type": "image.unsupportedType",
  damaged: "image.damaged",
  "too-many-pixels": "image.tooManyPixels",
  "not-uploaded": "image.notUploaded",
};

export function ImageView({ conversationId, image }: { conversationId: string; image: Attachment }) {
  const { t } = useText();
  const { api } = useSession();
  const query = useQuery({
    queryKey: keys.attachment(conversationId, image.id),
    queryFn: ({ signal }) => api.attachment(conversationId, image.id, signal),
    enabled: image.status !== "rejected",
    staleTime: FRESH_MS,
    refetchInterval: ({ state }) => (state.data?.status === "pending" ? PENDING_MS : false),
  });
  const { status, reason, url, thumbnailUrl, width, height } = query.data ?? image;
  if (status === "rejected") {
    return <p className="image-state rejected">{t(reason ? REASONS[reason] : "image.rejected")}</p>;
  }
  if (query.error && !query.data) {
    return <Failed error={query.error} what={t("image.failed")} onRetry={() => void query.refetch()} />;
  }
  if (status === "pending" || !url) {
    return (
      <p className="image-state" role="status">
        {t("image.pending")}
      </p>
    );
  }
  const onExpired = () => {
    if (query.isStale) {
      void query.refetch();
    }
  };
  const size = { ...(width && { width }), ...(height && { height }) };
  return <ReadyImage url={url} thumbnailUrl={thumbnailUrl ?? url} size={size} onError={onExpired} />;
}

interface ReadyProps {
  url: string;
  thumbnailUrl: string;
  size: { width?: number; height?: number };
  onError: () => void;
}

function ReadyImage({ url, thumbnailUrl, size, onError }: ReadyProps) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button className="thumbnail" aria-label={t("image.open")} onPress={() => setOpen(true)}>
        <img src={thumbnailUrl} alt={t("image.alt")} {...size} onError={onError} referrerPolicy="no-referrer" />
      </Button>
      <Popup title={t("image.alt")} open={open} onClose={() => setOpen(false)} wide>
        <img className="full" src={url} alt={t("image.alt")} onError={onError} referrerPolicy="no-referrer" />
        <div className="actions">
          <Button className="button" onPress={() => setOpen(false)}>
            {t("close")}
          </Button>
        </div>
      </Popup>
    </>
  );
}
