// The reader's language: the browser's, or the one they chose.
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { chooseLanguage, languages, type LanguageTag } from "./languages.ts";
import { type Text, textIn } from "./text.ts";

const CHOICE = "messaging-language";

interface Choice extends Text {
  language: LanguageTag;
  setLanguage: (language: LanguageTag) => void;
}

const TextContext = createContext<Choice | undefined>(undefined);

export function TextProvider({ children }: { children: ReactNode }) {
  const [language, choose] = useState(() => chooseLanguage(storedChoice(), navigator.languages));
  // The reader's own region decides how dates look, if it speaks the language.
  const locale = navigator.languages.find((tag) => tag.split("-")[0] === language) ?? languages[language].locale;
  const value = useMemo(() => {
    const setLanguage = (chosen: LanguageTag) => {
      choose(chosen);
      storeChoice(chosen);
    };
    return { ...textIn(language, locale), language, setLanguage };
  }, [language, locale]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <TextContext value={value}>
      <I18nProvider locale={locale}>{children}</I18nProvider>
    </TextContext>
  );
}

export function useText(): Choice {
  const value = use(TextContext);
  if (!value) {
    throw new Error("useText outside of TextProvider");
  }
  return value;
}

function storedChoice(): string | null {
  try {
    return localStorage.getItem(CHOICE);
  } catch {
    return null;
  }
}

function storeChoice(language: LanguageTag): void {
  try {
    localStorage.setItem(CHOICE, language);
  } catch {
    // The choice lasts as long as the page.
  }
}
