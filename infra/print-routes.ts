// Prints every function with what it may do as JSON, for checks in other languages.
import { routes, streamConsumers, triggers } from "./routes.ts";

process.stdout.write(`${JSON.stringify({ routes, streamConsumers, triggers }, null, 2)}\n`);
