// Starts an app: configuration, text, sign-in, pages.
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { Role } from "../api/types.ts";
import { SignIn } from "../auth/SignIn.tsx";
import { FailureNotice } from "../components/ui.tsx";
import { loadConfig } from "../config.ts";
import { TextProvider } from "../text/text.tsx";
import "../styles/index.css";

/** Shows the app in the page's `#app`. */
export async function start(roles: readonly Role[], pages: ReactNode): Promise<void> {
  const element = document.getElementById("app");
  if (!element) {
    return;
  }
  const root = createRoot(element);
  try {
    const config = await loadConfig();
    root.render(
      <StrictMode>
        <TextProvider>
          <SignIn config={config} roles={roles}>
            {pages}
          </SignIn>
        </TextProvider>
      </StrictMode>,
    );
  } catch {
    root.render(
      <TextProvider>
        <FailureNotice kind={navigator.onLine ? "server" : "offline"} />
      </TextProvider>,
    );
  }
}
