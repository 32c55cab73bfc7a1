// A question of a questionnaire, with the field for its type of answer.
import { type ReactNode, useId } from "react";
import type { QuestionnaireItem } from "../api/types.ts";
import { useText } from "../text/TextProvider.tsx";

interface Props {
  item: QuestionnaireItem;
  value: string | boolean | undefined;
  /** What is wrong with the answer. */
  problem: string | undefined;
  onChange: (value: string | boolean) => void;
}

export function Question({ item, value, problem, onChange }: Props) {
  const id = useId();
  const described = problem === undefined ? {} : { "aria-invalid": true, "aria-describedby": `${id}-problem` };
  const note = problem !== undefined && (
    <p className="field-problem" id={`${id}-problem`}>
      {problem}
    </p>
  );
  const field = { item, id, described, note, onChange };
  const written = typeof value === "string" ? value : "";
  switch (item.type) {
    case "boolean":
      return <Checkbox {...field} value={value === true} />;
    case "choice":
      return <Choice {...field} value={written} />;
    case "string":
    case "text":
      return <TextAnswer {...field} value={written} />;
  }
}

interface FieldProps<T> {
  item: QuestionnaireItem;
  id: string;
  /** Refers to the note. */
  described: object;
  note: ReactNode;
  value: T;
  onChange: (value: T) => void;
}

function Checkbox({ item, described, note, value, onChange }: FieldProps<boolean>) {
  return (
    <div className="field">
      <label className="check">
        <input type="checkbox" checked={value} onChange={(event) => onChange(event.target.checked)} {...described} />
        <span>{item.text}</span>
      </label>
      {note}
    </div>
  );
}

function Choice({ item, id, described, note, value, onChange }: FieldProps<string>) {
  return (
    <fieldset className="field" {...described}>
      <legend>
        <Label item={item} />
      </legend>
      {item.options?.map((option) => (
        <label className="check" key={option}>
          <input
            type="radio"
            name={id}
            value={option}
            required={item.required ?? false}
            checked={value === option}
            onChange={() => onChange(option)}
          />
          <span>{option}</span>
        </label>
      ))}
      {note}
    </fieldset>
  );
}

function TextAnswer({ item, id, described, note, value, onChange }: FieldProps<string>) {
  const Field = item.type === "text" ? "textarea" : "input";
  return (
    <div className="field">
      <label htmlFor={id}>
        <Label item={item} />
      </label>
      <Field
        id={id}
        {...(item.type === "text" ? { rows: 5 } : { type: "text" })}
        required={item.required ?? false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        {...described}
      />
      {note}
    </div>
  );
}

function Label({ item }: { item: QuestionnaireItem }) {
  const { t } = useText();
  return (
    <>
      {item.text} {!item.required && <span className="optional">{t("optional")}</span>}
    </>
  );
}
