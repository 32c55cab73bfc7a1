// Where a message is written: text, images by paperclip, paste or drag; what is typed is kept until it is sent.
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { Button } from "react-aria-components/Button";
import { FileTrigger } from "react-aria-components/FileTrigger";
import { Failure } from "../api/failure.ts";
import type { Conversation } from "../api/types.ts";
import { useSession } from "../app/session.ts";
import { type Upload, Uploads } from "../chat/uploads.ts";
import { useText } from "../text/text.tsx";
import { Icon } from "./icons.tsx";
import { Preview } from "./Preview.tsx";
import { IconButton } from "./ui.tsx";

/** The API's limit of a message's text, in characters. */
const MAX_CHARACTERS = 10_000;

export function Composer({ conversation }: { conversation: Conversation }) {
  const { t } = useText();
  const { api, settings, drafts, outbox, previews } = useSession();
  const { id } = conversation;
  const closed = !conversation.canReply;
  const draft = useSyncExternalStore(drafts.subscribe, () => drafts.get(id));
  const [uploads] = useState(
    () =>
      new Uploads({
        api,
        limits: settings.attachments,
        conversationId: id,
        onUploaded: (image, file) => {
          previews.set(image.id, file);
          const { text, images } = drafts.get(id);
          drafts.set(id, { text, images: [...images, image] });
        },
      }),
  );
  const uploading = useSyncExternalStore(uploads.subscribe, uploads.all);
  const [dragging, setDragging] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const length = Array.from(draft.text).length;
  const tooLong = length > MAX_CHARACTERS;
  const empty = draft.text.trim() === "" && draft.images.length === 0;
  const sendable = !closed && !empty && !tooLong && uploading.length === 0;

  // The box grows with its text, up to the height that the style sheet allows.
  useLayoutEffect(() => {
    const element = box.current;
    if (element) {
      element.style.height = "auto";
      element.style.height = `${element.scrollHeight}px`;
    }
  }, [draft.text]);

  const send = () => {
    if (sendable) {
      drafts.set(id, { text: "", images: [] });
      outbox.add(id, draft);
      box.current?.focus();
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // 229 is what older browsers tell while an input method composes.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      send();
    }
  };
  const attach = (files: Iterable<File> | null) => {
    if (files && !closed) {
      uploads.add(files);
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length > 0) {
      event.preventDefault();
      attach(event.clipboardData.files);
    }
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDragging(false);
    attach(event.dataTransfer.files);
  };
  return (
    // Dropping is a shortcut: the paperclip does the same for everyone.

    <form
      className={dragging ? "composer dragging" : "composer"}
      aria-label={t("composer")}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setDragging(!closed);
      }}
      onDragLeave={() => setDragging(false)}
      onDrop={onDrop}
    >
      {(draft.images.length > 0 || uploading.length > 0) && (
        <ul className="tray" aria-label={t("composer.images")}>
          {draft.images.map((image) => (
            <li key={image.id}>
              <Preview file={previews.get(image.id)} />
              <span className="file-name">{image.name}</span>
              <span className="file-state">{t("upload.done")}</span>
              <IconButton
                icon="close"
                label={t("upload.remove", { name: image.name })}
                onPress={() => drafts.set(id, { text: draft.text, images: draft.images.filter((one) => one.id !== image.id) })}
              />
            </li>
          ))}
          {uploading.map((one) => (
            <UploadItem key={one.key} upload={one} onRetry={() => uploads.retry(one.key)} onRemove={() => uploads.remove(one.key)} />
          ))}
        </ul>
      )}
      <div className="composer-row">
        <FileTrigger acceptedFileTypes={settings.attachments.contentTypes} allowsMultiple onSelect={attach}>
          <IconButton icon="paperclip" label={t("composer.attach")} isDisabled={closed} />
        </FileTrigger>
        <textarea
          ref={box}
          rows={1}
          value={draft.text}
          aria-label={t("composer.text")}
          aria-describedby={`${id}-hint`}
          aria-invalid={tooLong}
          placeholder={t(closed ? "composer.closed" : "composer.placeholder")}
          onChange={(event) => drafts.set(id, { text: event.target.value, images: draft.images })}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <Button className="button primary send" type="submit" isDisabled={!sendable}>
          <Icon name="send" />
          <span>{t("composer.send")}</span>
        </Button>
      </div>
      <p className={tooLong ? "field-problem" : closed && !empty ? "hint" : "hint keys"} id={`${id}-hint`}>
        {tooLong
          ? t("composer.tooLong", { count: length, max: MAX_CHARACTERS })
          : closed && !empty
            ? t("composer.keptDraft")
            : t("composer.hint")}
      </p>
    </form>
  );
}

function UploadItem({ upload, onRetry, onRemove }: { upload: Upload; onRetry: () => void; onRemove: () => void }) {
  const { t } = useText();
  const { name, state, failure, progress } = upload;
  return (
    <li className={state}>
      <Preview file={upload.file} />
      <span className="file-name">{name}</span>
      {state === "uploading" ? (
        <progress max={1} value={progress} aria-label={t("upload.progress", { name })} />
      ) : (
        <span className="file-state" role="alert">
          {failure && t(`failure.${failure}`)}
        </span>
      )}
      {failure && new Failure(failure).passing && (
        <Button className="button small" onPress={onRetry}>
          {t("retry")}
        </Button>
      )}
      <IconButton icon="close" label={t("upload.remove", { name })} onPress={onRemove} />
    </li>
  );
}
