// The clinicians' app.
import { start } from "../src/app/start.tsx";
import { Clinic } from "./Clinic.tsx";

await start(["clinician"], <Clinic />);
