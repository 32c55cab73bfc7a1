// An image of a message: inspected, shown small and in full, or rejected with its reason.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "react-aria-components/Button";
import type { Attachment } from "../api/types.ts";
import { useSession } from "../app/session.ts";
import { keys } from "../data/cache.ts";
import { type Key, useText } from "../text/text.tsx";
import { Failed, Popup } from "./ui.tsx";

/** Addresses of images hold for a few minutes; they are asked for anew before that. */
const FRESH_MS = 3 * 60_000;
const PENDING_MS = 1_500;

const REASONS: Record<string, Key> = {
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
  const [open, setOpen] = useState(false);
  const query = useQuery({
    queryKey: keys.attachment(conversationId, image.id),
    queryFn: ({ signal }) => api.attachment(conversationId, image.id, signal),
    enabled: image.status !== "rejected",
    staleTime: FRESH_MS,
    refetchInterval: ({ state }) => (state.data?.status === "pending" ? PENDING_MS : false),
  });
  const now = query.data ?? image;
  if (now.status === "rejected") {
    return <p className="image-state rejected">{t(REASONS[now.reason ?? ""] ?? "image.rejected")}</p>;
  }
  if (query.error && !query.data) {
    return <Failed error={query.error} what={t("image.failed")} onRetry={() => void query.refetch()} />;
  }
  if (now.status === "pending" || !now.url) {
    return (
      <p className="image-state" role="status">
        {t("image.pending")}
      </p>
    );
  }
  const again = () => {
    if (query.isStale) {
      void query.refetch();
    }
  };
  return (
    <>
      <Button className="thumbnail" aria-label={t("image.open")} onPress={() => setOpen(true)}>
        <img
          src={now.thumbnailUrl ?? now.url}
          alt={t("image.alt")}
          width={now.width ?? undefined}
          height={now.height ?? undefined}
          onError={again}
          referrerPolicy="no-referrer"
        />
      </Button>
      <Popup title={t("image.alt")} open={open} onClose={() => setOpen(false)} wide>
        <img className="full" src={now.url} alt={t("image.alt")} onError={again} referrerPolicy="no-referrer" />
        <div className="actions">
          <Button className="button" onPress={() => setOpen(false)}>
            {t("close")}
          </Button>
        </div>
      </Popup>
    </>
  );
}
