// The images of a message that is being written: uploaded, on their way, or failed.
import { Button } from "react-aria-components/Button";
import { Failure, type FailureKind } from "../api/failure.ts";
import { useSession } from "../session/session.ts";
import { useText } from "../text/TextProvider.tsx";
import { IconButton } from "../ui/buttons.tsx";
import type { DraftImage } from "./Drafts.ts";
import { FileThumbnail } from "./FileThumbnail.tsx";
import { useMessaging } from "./messaging.tsx";
import type { Upload, Uploads } from "./Uploads.ts";

interface Props {
  images: readonly DraftImage[];
  onRemoveImage: (id: string) => void;
  uploading: readonly Upload[];
  uploads: Uploads;
}

export function AttachmentTray({ images, onRemoveImage, uploading, uploads }: Props) {
  const { t } = useText();
  if (images.length === 0 && uploading.length === 0) {
    return null;
  }
  return (
    <ul className="tray" aria-label={t("composer.images")}>
      {images.map((image) => (
        <ImageItem key={image.id} image={image} onRemove={() => onRemoveImage(image.id)} />
      ))}
      {uploading.map((one) => (
        <UploadItem key={one.key} upload={one} onRetry={() => uploads.retry(one.key)} onRemove={() => uploads.remove(one.key)} />
      ))}
    </ul>
  );
}

function ImageItem({ image: { id, name }, onRemove }: { image: DraftImage; onRemove: () => void }) {
  const { t } = useText();
  const { files } = useMessaging();
  return (
    <li>
      <FileThumbnail file={files.get(id)} />
      <span className="file-name">{name}</span>
      <span className="file-state">{t("upload.done")}</span>
      <IconButton icon="close" label={t("upload.remove", { name })} onPress={onRemove} />
    </li>
  );
}

function UploadItem({ upload, onRetry, onRemove }: { upload: Upload; onRetry: () => void; onRemove: () => void }) {
  const { t } = useText();
  const reasonOf = useReason();
  const { file, state, failure, progress } = upload;
  const { name } = file;
  return (
    <li className={state}>
      <FileThumbnail file={file} />
      <span className="file-name">{name}</span>
      {state === "uploading" ? (
        <progress max={1} value={progress} aria-label={t("upload.progress", { name })} />
      ) : (
        <span className="file-state" role="alert">
          {failure && reasonOf(failure)}
        </span>
      )}
      {failure && new Failure(failure).isTransient && (
        <Button className="button small" onPress={onRetry}>
          {t("retry")}
        </Button>
      )}
      <IconButton icon="close" label={t("upload.remove", { name })} onPress={onRemove} />
    </li>
  );
}

/** Why an upload failed; for an unsupported type also which ones are supported. */
function useReason(): (failure: FailureKind) => string {
  const { t, either } = useText();
  const { settings } = useSession();
  const types = settings.attachments.contentTypes.map((type) => type.replace("image/", "").toUpperCase());
  return (failure) => {
    const reason = t(`failure.${failure}`);
    return failure === "unsupported-type" ? `${reason} ${t("upload.types", { types: either(types) })}` : reason;
  };
}
