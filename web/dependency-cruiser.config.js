// Which folder may import which. Each layer may import those before it; folders of one layer do not import each other.
const LAYERS = [["api", "text"], ["ui"], ["session"], ["conversation"], ["portal", "clinic"]];

const allowed = LAYERS.flatMap((layer, index) =>
  layer.map((folder) => ({
    from: { path: `^src/${folder}/` },
    to: { path: `^(node_modules|src/(${[folder, ...LAYERS.slice(0, index).flat()].join("|")})/)` },
  })),
);

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-dead-module",
      comment: "Every module of src is imported, directly or not, by an app.",
      severity: "error",
      from: { path: "^src/(portal|clinic)/main\\.tsx$" },
      to: { path: "^src/", pathNot: "/main\\.tsx$", reachable: false },
    },
    {
      name: "no-development-dependency",
      comment: "The pages contain only packages that are dependencies of the product.",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "generated-through-api",
      comment: "What is generated is imported through src/api alone.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/api/" },
      to: { path: "^src/api/generated/" },
    },
  ],
  allowedSeverity: "error",
  allowed: [...allowed, { from: { path: "^test/" }, to: {} }],
  options: {
    doNotFollow: { path: "node_modules" },
    includeOnly: "^(src|test|node_modules)",
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "default"],
    },
  },
};
