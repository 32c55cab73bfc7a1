// Where a message is written: its text, and images by paperclip, paste or drag. What is typed is kept until it is sent.
import { type DragEvent, type SubmitEvent, useRef, useState, useSyncExternalStore } from "react";
import { Button } from "react-aria-components/Button";
import { FileTrigger } from "react-aria-components/FileTrigger";
import { limits } from "../api/limits.ts";
import type { Conversation } from "../api/types.ts";
import { useSession } from "../session/session.ts";
import { useText } from "../text/TextProvider.tsx";
import { IconButton } from "../ui/buttons.tsx";
import { Icon } from "../ui/icons.tsx";
import { AttachmentTray } from "./AttachmentTray.tsx";
import { type Draft, EMPTY_DRAFT } from "./Drafts.ts";
import { MessageBox } from "./MessageBox.tsx";
import { useMessaging } from "./messaging.tsx";
import { useUploads } from "./useUploads.ts";

const { text: TEXT, attachmentIds: IMAGES } = limits.NewMessage;

export function Composer({ conversation: { id, canReply } }: { conversation: Conversation }) {
  const { t } = useText();
  const { settings } = useSession();
  const { drafts, outbox } = useMessaging();
  const draft = useSyncExternalStore(drafts.subscribe, () => drafts.get(id));
  const [uploads, uploading] = useUploads(id);
  const form = useRef<HTMLFormElement>(null);
  const problem = useProblem(draft, uploading.length);
  const isEmpty = draft.text.trim() === "" && draft.images.length === 0;
  const isSendable = canReply && !isEmpty && problem === undefined && uploading.length === 0;

  const change = (part: Partial<Draft>) => drafts.set(id, { ...draft, ...part });
  const attach = (files: Iterable<File> | null) => {
    if (files && canReply) {
      uploads.add(files);
    }
  };
  const send = () => {
    if (isSendable) {
      drafts.set(id, EMPTY_DRAFT);
      outbox.add(id, draft);
      form.current?.querySelector("textarea")?.focus();
    }
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    send();
  };
  const { dragging, ...dropZone } = useDropZone(canReply, attach);
  const className = dragging ? "composer dragging" : "composer";
  const isKept = !canReply && !isEmpty;
  return (
    // Dropping is a shortcut: the paperclip does the same for everyone.
    <form ref={form} className={className} aria-label={t("composer")} onSubmit={onSubmit} {...dropZone}>
      <AttachmentTray
        images={draft.images}
        onRemoveImage={(imageId) => change({ images: draft.images.filter((image) => image.id !== imageId) })}
        uploading={uploading}
        uploads={uploads}
      />
      <div className="composer-row">
        <FileTrigger acceptedFileTypes={settings.attachments.contentTypes} allowsMultiple onSelect={attach}>
          <IconButton icon="paperclip" label={t("composer.attach")} isDisabled={!canReply} />
        </FileTrigger>
        <MessageBox
          value={draft.text}
          onChange={(text) => change({ text })}
          onEnter={send}
          onFiles={attach}
          canReply={canReply}
          invalid={problem !== undefined}
          describedBy={`${id}-hint`}
        />
        <Button className="button primary send" type="submit" isDisabled={!isSendable}>
          <Icon name="send" />
          <span>{t("composer.send")}</span>
        </Button>
      </div>
      <p className={problem !== undefined ? "field-problem" : isKept ? "hint" : "hint keys"} id={`${id}-hint`}>
        {problem ?? t(isKept ? "composer.keptDraft" : "composer.hint")}
      </p>
    </form>
  );
}

/** Which limit of the API the message exceeds. */
function useProblem({ text, images }: Draft, uploading: number): string | undefined {
  const { t, count } = useText();
  const length = Array.from(text).length;
  if (length > TEXT.maxLength) {
    return t("composer.tooLong", { count: length, max: TEXT.maxLength });
  }
  return images.length + uploading > IMAGES.maxItems ? count("composer.tooManyImages", IMAGES.maxItems) : undefined;
}

/** The handlers of an element that files can be dropped on. */
function useDropZone(enabled: boolean, onFiles: (files: FileList) => void) {
  const [dragging, setDragging] = useState(false);
  return {
    dragging,
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setDragging(enabled);
    },
    onDragLeave: () => setDragging(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setDragging(false);
      onFiles(event.dataTransfer.files);
    },
  };
}
