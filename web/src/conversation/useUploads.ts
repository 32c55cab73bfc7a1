// The uploads of a composer; a finished one moves to the draft.
import { useState, useSyncExternalStore } from "react";
import { useSession } from "../session/session.ts";
import { useMessaging } from "./messaging.tsx";
import { type Upload, Uploads } from "./Uploads.ts";

export function useUploads(conversationId: string): [Uploads, readonly Upload[]] {
  const { api, settings } = useSession();
  const { drafts, files } = useMessaging();
  const [uploads] = useState(
    () =>
      new Uploads({
        api,
        settings: settings.attachments,
        conversationId,
        onUploaded: (image, file) => {
          files.set(image.id, file);
          const { text, images } = drafts.get(conversationId);
          drafts.set(conversationId, { text, images: [...images, image] });
        },
      }),
  );
  return [uploads, useSyncExternalStore(uploads.subscribe, uploads.all)];
}
