// Small parts that every page is made of.
import { type ReactNode, useEffect } from "react";
import { Button, type ButtonProps } from "react-aria-components/Button";
import { Dialog, Heading } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { ToggleButton } from "react-aria-components/ToggleButton";
import { asFailure, type FailureKind } from "../api/failure.ts";
import { useText } from "../text/text.tsx";
import { Icon, type IconName } from "./icons.tsx";

/** A button that shows an icon alone; its label is its name and its tooltip. */
export function IconButton({ icon, label, ...props }: { icon: IconName; label: string } & Omit<ButtonProps, "children" | "aria-label">) {
  return (
    <span className="tip" data-tip={label}>
      <Button {...props} className="icon-button" aria-label={label}>
        <Icon name={icon} />
      </Button>
    </span>
  );
}

interface IconToggleProps {
  icon: IconName;
  /** Names what is on when it is pressed; it stays the same, the pressed state tells the rest. */
  label: string;
  pressed: boolean;
  /** What was pressed is on its way: pressing again does nothing. It is not disabled, which would take the focus from it. */
  busy?: boolean;
  disabled?: boolean;
  onChange: (pressed: boolean) => void;
}

export function IconToggle({ icon, label, pressed, busy = false, disabled = false, onChange }: IconToggleProps) {
  return (
    <span className="tip" data-tip={label}>
      <ToggleButton
        className="icon-button"
        aria-label={label}
        isSelected={pressed}
        isDisabled={disabled}
        onChange={(to) => !busy && onChange(to)}
      >
        <Icon name={icon} />
      </ToggleButton>
    </span>
  );
}

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
  children?: ReactNode;
}

/** A failure in plain words, with a way on. */
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

/** The failure of a query or a mutation, and Retry where it helps. */
export function Failed({ error, what, onRetry }: { error: unknown; what?: string; onRetry?: () => void }) {
  const { t } = useText();
  const failure = asFailure(error);
  const again = onRetry && (failure.passing || failure.wayOn === "reload");
  return (
    <FailureNotice kind={failure.kind} {...(what !== undefined && { what })}>
      {again && (
        <Button className="button" onPress={onRetry}>
          {t("retry")}
        </Button>
      )}
    </FailureNotice>
  );
}

interface PopupProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
  alert?: boolean;
}

/** A dialog above the page; Escape and a press outside close it. */
export function Popup({ title, open, onClose, children, wide = false, alert = false }: PopupProps) {
  return (
    <ModalOverlay className="overlay" isOpen={open} onOpenChange={(isOpen) => !isOpen && onClose()} isDismissable={!alert}>
      <Modal className={wide ? "modal wide" : "modal"}>
        <Dialog className="dialog" role={alert ? "alertdialog" : "dialog"}>
          <Heading slot="title">{title}</Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmProps {
  title: string;
  text: string;
  action: string;
  open: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

export function Confirm({ title, text, action, open, onConfirm, onClose }: ConfirmProps) {
  const { t } = useText();
  return (
    <Popup title={title} open={open} onClose={onClose} alert>
      <p>{text}</p>
      <div className="actions">
        <Button className="button" onPress={onClose}>
          {t("cancel")}
        </Button>
        <Button
          className="button primary"
          onPress={() => {
            onClose();
            onConfirm();
          }}
        >
          {action}
        </Button>
      </div>
    </Popup>
  );
}

/** A page's heading and the window's title; it can take the focus (see the frame's `useArrival`). */
export function PageTitle({ children }: { children: string }) {
  const { t } = useText();
  useEffect(() => {
    document.title = `${children} · ${t("product")}`;
  }, [children, t]);
  return <h1 tabIndex={-1}>{children}</h1>;
}

export function NotFound() {
  const { t } = useText();
  return (
    <section className="page">
      <PageTitle>{t("notFound")}</PageTitle>
      <p>{t("failure.not-found")}</p>
    </section>
  );
}
