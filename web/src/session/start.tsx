// Starts an app: configuration, texts, sign-in, pages.
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { Role } from "../api/types.ts";
import { TextProvider } from "../text/TextProvider.tsx";
import { FailureNotice } from "../ui/notices.tsx";
import { loadConfig } from "./config.ts";
import { SignIn } from "./SignIn.tsx";

/** Renders the app for users of these roles. */
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
