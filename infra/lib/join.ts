// Joins what the Rust code declares of each function with what it is permitted to do here.
import type { Declared, DeclaredRoute, DeclaredStreamConsumer, DeclaredTrigger } from "./declared.ts";
import type { Permissions } from "./permissions.ts";

/** What the stack adds to a declared function. */
interface Settings extends Permissions {
  /** In MB; without it, the usual memory. */
  readonly memory?: number;
}

/** A function that the gateway calls. */
export type Route = DeclaredRoute & Settings;
/** A function that the table's stream calls. */
export type StreamConsumer = DeclaredStreamConsumer & Settings;
/** A function that another event source calls. */
export type Trigger = DeclaredTrigger & Settings;
/** Any function that is deployed. */
export type DeployedFunction = Route | StreamConsumer | Trigger;

/** All functions, by what calls them. */
export interface DeployedFunctions {
  readonly routes: readonly Route[];
  readonly streamConsumers: readonly StreamConsumer[];
  readonly triggers: readonly Trigger[];
}

/** Every declared function with its settings. Throws with every function that has no line, and every line without a function. */
export function join(
  { routes, streamConsumers, triggers }: Omit<Declared, "table">,
  permissions: Readonly<Record<string, Permissions>>,
  memory: Readonly<Record<string, number>>,
): DeployedFunctions {
  const names = [...routes, ...streamConsumers, ...triggers].map(({ name }) => name);
  const lines = new Set([...Object.keys(permissions), ...Object.keys(memory)]);
  const problems = [
    ...names.filter((name) => !Object.hasOwn(permissions, name)).map((name) => `${name} has no line in routes.ts`),
    ...[...lines].filter((name) => !names.includes(name)).map((name) => `${name} of routes.ts is not in generated/functions.json`),
  ];
  if (problems.length > 0) throw new Error(problems.join("\n"));

  const withSettings = <T extends { readonly name: string }>(declared: readonly T[]): (T & Settings)[] =>
    declared.map((it) => ({ ...it, ...permissions[it.name], ...(memory[it.name] && { memory: memory[it.name] }) }));
  return { routes: withSettings(routes), streamConsumers: withSettings(streamConsumers), triggers: withSettings(triggers) };
}
