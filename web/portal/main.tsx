// The patients' portal.
import { start } from "../src/app/start.tsx";
import { Portal } from "./Portal.tsx";

await start(["patient"], <Portal />);
