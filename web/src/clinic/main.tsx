// The clinicians' app.
import { MessagingProvider } from "../conversation/messaging.tsx";
import { start } from "../session/start.tsx";
import { Clinic } from "./Clinic.tsx";
import "./clinic.css";

await start(
  ["clinician"],
  <MessagingProvider>
    <Clinic />
  </MessagingProvider>,
);
