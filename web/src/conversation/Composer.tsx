// Where a message is written: its text, and images by paperclip, paste or drag. What is typed is kept until it is sent.
import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  type RefObject,
  type SubmitEvent,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { Button } from "react-aria-components/Button";
import { FileTrigger } from "react-aria-components/FileTrigger";
import { limits } from "../api/limits.ts";
import type { Conversation } from "../api/types.ts";
import { useSession } from "../session/session.ts";
import { useText } from "../text/TextProvider.tsx";
import { IconButton } from "../ui/buttons.tsx";
import { Icon } from "../ui/icons.tsx";
import { AttachmentTray } from "./AttachmentTray.tsx";
import { EMPTY_DRAFT } from "./Drafts.ts";
import { useMessaging } from "./messaging.tsx";
import { useUploads } from "./useUploads.ts";

const { text: TEXT, attachmentIds: IMAGES } = limits.NewMessage;

export function Composer({ conversation: { id, canReply } }: { conversation: Conversation }) {
  const { t } = useText();
  const { settings } = useSession();
  const { drafts, outbox } = useMessaging();
  const draft = useSyncExternalStore(drafts.subscribe, () => drafts.get(id));
  const [uploads, uploading] = useUploads(id);
  const [dragging, setDragging] = useState(false);
  const box = useAutoHeight(draft.text);

  const problem = useProblem(draft.text, draft.images.length + uploading.length);
  const empty = draft.text.trim() === "" && draft.images.length === 0;
  const sendable = canReply && !empty && problem === undefined && uploading.length === 0;
  const send = () => {
    if (sendable) {
      drafts.set(id, EMPTY_DRAFT);
      outbox.add(id, draft);
      box.current?.focus();
    }
  };
  const attach = (files: Iterable<File> | null) => {
    if (files && canReply) {
      uploads.add(files);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !isComposing(event)) {
      event.preventDefault();
      send();
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
  const onDragOver = (event: DragEvent) => {
    event.preventDefault();
    setDragging(canReply);
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    send();
  };
  const isKept = !canReply && !empty;
  return (
    // Dropping is a shortcut: the paperclip does the same for everyone.
    <form
      className={dragging ? "composer dragging" : "composer"}
      aria-label={t("composer")}
      onSubmit={onSubmit}
      onDragOver={onDragOver}
      onDragLeave={() => setDragging(false)}
      onDrop={onDrop}
    >
      <AttachmentTray
        images={draft.images}
        onRemoveImage={(imageId) => drafts.set(id, { text: draft.text, images: draft.images.filter((image) => image.id !== imageId) })}
        uploading={uploading}
        uploads={uploads}
      />
      <div className="composer-row">
        <FileTrigger acceptedFileTypes={settings.attachments.contentTypes} allowsMultiple onSelect={attach}>
          <IconButton icon="paperclip" label={t("composer.attach")} isDisabled={!canReply} />
        </FileTrigger>
        <textarea
          ref={box}
          rows={1}
          value={draft.text}
          aria-label={t("composer.text")}
          aria-describedby={`${id}-hint`}
          aria-invalid={problem !== undefined}
          placeholder={t(canReply ? "composer.placeholder" : "composer.closed")}
          onChange={(event) => drafts.set(id, { text: event.target.value, images: draft.images })}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <Button className="button primary send" type="submit" isDisabled={!sendable}>
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
function useProblem(text: string, images: number): string | undefined {
  const { t, count } = useText();
  const length = Array.from(text).length;
  if (length > TEXT.maxLength) {
    return t("composer.tooLong", { count: length, max: TEXT.maxLength });
  }
  return images > IMAGES.maxItems ? count("composer.tooManyImages", IMAGES.maxItems) : undefined;
}

/** Whether an input method is composing a character. 229 is what older browsers report then. */
function isComposing(event: KeyboardEvent): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return event.nativeEvent.isComposing || event.keyCode === 229;
}

/** A box that grows with its text, up to the maximum height of the style sheet. */
function useAutoHeight(text: string): RefObject<HTMLTextAreaElement | null> {
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element) {
      element.style.height = "auto";
      element.style.height = `${element.scrollHeight}px`;
    }
  }, [text]);
  return box;
}
