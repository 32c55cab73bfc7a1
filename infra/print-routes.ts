// Prints the table of routes and triggers as JSON, for checks in other languages.
import { routes, triggers } from "./routes.ts";

process.stdout.write(`${JSON.stringify({ routes, triggers }, null, 2)}\n`);
