// The box in which a message is typed: Enter sends, Shift+Enter breaks the line, pasted files are attached, and it grows with its text.
import { type ClipboardEvent, type KeyboardEvent, type RefObject, useLayoutEffect, useRef } from "react";
import { useText } from "../text/TextProvider.tsx";

interface Props {
  value: string;
  onChange: (value: string) => void;
  onEnter: () => void;
  onFiles: (files: FileList) => void;
  canReply: boolean;
  invalid: boolean;
  /** The id of the element that describes it. */
  describedBy: string;
}

export function MessageBox({ value, onChange, onEnter, onFiles, canReply, invalid, describedBy }: Props) {
  const { t } = useText();
  const box = useAutoHeight(value);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !isComposing(event)) {
      event.preventDefault();
      onEnter();
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length > 0) {
      event.preventDefault();
      onFiles(event.clipboardData.files);
    }
  };
  return (
    <textarea
      ref={box}
      rows={1}
      value={value}
      aria-label={t("composer.text")}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      placeholder={t(canReply ? "composer.placeholder" : "composer.closed")}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={onKeyDown}
      onPaste={onPaste}
    />
  );
}

/** Whether an input method is composing a character. 229 is what older browsers report then. */
function isComposing(event: KeyboardEvent): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return event.nativeEvent.isComposing || event.keyCode === 229;
}

/** The ref of a box that grows with its text, up to the maximum height of the style sheet. */
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
