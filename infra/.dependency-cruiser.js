// The rules for imports, run by `npm run lint`. Imports of types count: they too decide what can be read without what.
/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-circle",
      comment: "Files that import each other in a circle can only be read and changed together.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "nothing-imports-tests",
      comment: "Only tests and the program that writes templates synthesize with stand-ins for the archives.",
      severity: "error",
      from: { pathNot: "^(test/|write-templates\\.ts$)" },
      to: { path: "^test/" },
    },
    {
      name: "resolvable",
      comment: "An import that is not found is not checked either.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
