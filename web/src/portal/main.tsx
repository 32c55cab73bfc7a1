// The patients' portal.
import { MessagingProvider } from "../conversation/messaging.tsx";
import { start } from "../session/start.tsx";
import { Portal } from "./Portal.tsx";
import "./portal.css";

await start(
  ["patient"],
  <MessagingProvider>
    <Portal />
  </MessagingProvider>,
);
