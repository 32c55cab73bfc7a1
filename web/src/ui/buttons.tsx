// Buttons that show an icon alone; their label is their name and their tooltip.
import { Button, type ButtonProps } from "react-aria-components/Button";
import { ToggleButton } from "react-aria-components/ToggleButton";
import { Icon, type IconName } from "./icons.tsx";

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
  /** Names what is on while it is pressed; it stays the same, the pressed state says the rest. */
  label: string;
  pressed: boolean;
  /** A change is under way: pressing again does nothing. It is not disabled, which would take the focus away. */
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
