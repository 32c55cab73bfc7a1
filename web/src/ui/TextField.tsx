// A labelled text field, with a hint or what is wrong with its value.
import { useId } from "react";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "url" | "email" | "tel";
  autoComplete?: "email" | "tel";
  maxLength?: number;
  required?: boolean;
  /** Takes the focus when it appears: for the first field of a dialog. */
  autoFocus?: boolean;
  hint?: string | undefined;
  problem?: string | undefined;
}

export function TextField({ label, value, onChange, type = "text", hint, problem, ...input }: Props) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        type={type}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={problem !== undefined}
        {...(note !== undefined && { "aria-describedby": `${id}-note` })}
      />
      {note !== undefined && (
        <p className={problem === undefined ? "hint" : "field-problem"} id={`${id}-note`}>
          {note}
        </p>
      )}
    </div>
  );
}
