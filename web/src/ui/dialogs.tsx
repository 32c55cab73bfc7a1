// Dialogs above the page.
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Dialog, Heading } from "react-aria-components/Dialog";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { useText } from "../text/TextProvider.tsx";

interface PopupProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
  alert?: boolean;
}

/** A dialog; Escape closes it, and so does a press outside unless it is an alert. */
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

/** Asks before something is done. */
export function Confirm({ title, text, action, open, onConfirm, onClose }: ConfirmProps) {
  const { t } = useText();
  const confirm = () => {
    onClose();
    onConfirm();
  };
  return (
    <Popup title={title} open={open} onClose={onClose} alert>
      <p>{text}</p>
      <div className="actions">
        <Button className="button" onPress={onClose}>
          {t("cancel")}
        </Button>
        <Button className="button primary" onPress={confirm}>
          {action}
        </Button>
      </div>
    </Popup>
  );
}
