//! What the command is given: where the functions, the baselines and the emulator are, and what the machine is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::figures::About;
use crate::sandbox::Program;
use crate::world::World;

/// Where everything is; `cargo xtask bench` says it.
pub(crate) struct Setup {
    /// The emulator (`AWS_ENDPOINT_URL`).
    pub(crate) endpoint: String,
    /// The functions as they are deployed: `<binary>/bootstrap` (`BENCH_FUNCTIONS`).
    functions: PathBuf,
    /// The Rust baselines (`BENCH_BASELINES`).
    baselines: PathBuf,
    /// The bundled Node.js functions (`BENCH_NODE`).
    node: PathBuf,
    /// A folder for what is measured with (`BENCH_SCRATCH`).
    pub(crate) scratch: PathBuf,
    /// Where results are kept (`BENCH_RESULTS`).
    pub(crate) results: PathBuf,
    /// Where the document goes (`BENCH_DOCUMENT`).
    pub(crate) document: PathBuf,
    /// The versions of what takes part, as JSON (`BENCH_TOOLS`).
    tools: BTreeMap<String, String>,
    /// The command that builds all functions, as JSON (`BENCH_BUILD`).
    pub(crate) build: Vec<String>,
}

impl Setup {
    /// Reads the environment.
    pub(crate) fn from_env() -> Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
        let read =
            |name: &str| std::env::var(name).with_context(|| format!("{name} is missing: use `cargo xtask bench`"));
        let path = |name: &str| read(name).map(PathBuf::from);
        Ok(Self {
            endpoint: read("AWS_ENDPOINT_URL")?,
            functions: path("BENCH_FUNCTIONS")?,
            baselines: path("BENCH_BASELINES")?,
            node: path("BENCH_NODE")?,
            scratch: path("BENCH_SCRATCH")?,
            results: path("BENCH_RESULTS")?,
            document: path("BENCH_DOCUMENT")?,
            tools: serde_json::from_str(&read("BENCH_TOOLS")?).context("BENCH_TOOLS")?,
            build: serde_json::from_str(&read("BENCH_BUILD")?).context("BENCH_BUILD")?,
        })
    }

    /// All functions' binaries, by name.
    pub(crate) fn functions(&self) -> Result<BTreeMap<String, PathBuf>> {
        let folder = fs::read_dir(&self.functions).with_context(|| format!("no {}", self.functions.display()))?;
        let found = folder.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let found: BTreeMap<_, _> =
            found.map(|name| (name.clone(), self.functions.join(name).join("bootstrap"))).collect();
        // Beside them are the library's programs, which are not deployed.
        let deployed = |name: &str| Path::new("functions/src/bin").join(format!("{name}.rs")).exists();
        Ok(found.into_iter().filter(|(name, path)| deployed(name) && path.exists()).collect())
    }

    /// A function, talking to AWS at an endpoint.
    pub(crate) fn function(&self, name: &str, world: &World, endpoint: &str) -> Result<Program> {
        let path = self.functions.join(name).join("bootstrap");
        existing(&path)?;
        Ok(Program::new(name, &path, &world.environment(endpoint)))
    }

    /// The Rust baseline of a function, with what it is told beside what the function is: `bare-<function>`, or
    /// `minimal`.
    pub(crate) fn baseline(&self, name: &str, world: &World, told: &[(&str, String)]) -> Result<Program> {
        let path = self.baselines.join(name);
        existing(&path)?;
        let mut program = Program::new(name, &path, &world.environment(world.endpoint()));
        program.environment.extend(told.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Ok(program)
    }

    /// The Node.js twin of a function.
    pub(crate) fn node(&self, name: &str, world: &World) -> Result<Program> {
        let handler = self.node.join(format!("{name}.mjs"));
        existing(&handler)?;
        let name = format!("node-{name}");
        Ok(Program::new(&name, &handler, &world.environment(world.endpoint())).under(["node".to_owned()]))
    }

    /// Where and with what is measured; the load is filled in by the caller.
    pub(crate) fn about(&self) -> About {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        About {
            on: today(),
            processor: std::env::consts::ARCH.to_owned(),
            processors,
            load: [load_average(), 0.0],
            tools: self.tools.clone(),
        }
    }
}

fn existing(path: &Path) -> Result<()> {
    if path.exists() { Ok(()) } else { bail!("{} was not built", path.display()) }
}

fn today() -> String {
    #[expect(clippy::disallowed_methods, reason = "the day of the measurement")]
    let now = jiff::Timestamp::now();
    now.strftime("%Y-%m-%d").to_string()
}

/// The machine's load average over the last minute.
pub(crate) fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().and_then(|load| load.parse().ok()).unwrap_or(f64::NAN)
}
