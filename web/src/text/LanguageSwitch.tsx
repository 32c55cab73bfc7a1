// Lets the reader choose the language.
import { isLanguageTag, languages } from "./languages.ts";
import { useText } from "./TextProvider.tsx";

export function LanguageSwitch() {
  const { t, language, setLanguage } = useText();
  return (
    <label className="language">
      <span className="visually-hidden">{t("language")}</span>
      <select value={language} onChange={({ target }) => isLanguageTag(target.value) && setLanguage(target.value)}>
        {Object.entries(languages).map(([tag, { name }]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
