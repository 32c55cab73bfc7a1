//! The environment: where the functions, the baselines and the emulator are, and which machine this is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use crate::figures::About;
use crate::process::load_average;
use crate::sandbox::Program;
use crate::world::World;

/// Where everything is; set by `cargo xtask bench`.
pub(crate) struct Setup {
    /// The emulator (`AWS_ENDPOINT_URL`).
    pub(crate) endpoint: String,
    /// The functions as they are deployed: `<binary>/bootstrap` (`BENCH_FUNCTIONS`).
    functions: PathBuf,
    /// The baselines (`BENCH_BASELINES`).
    baselines: PathBuf,
    /// A folder for temporary files (`BENCH_SCRATCH`).
    pub(crate) scratch: PathBuf,
    /// `docs/performance.json` (`BENCH_RESULTS`).
    pub(crate) results: PathBuf,
    /// `docs/performance.md` (`BENCH_DOCUMENT`).
    pub(crate) document: PathBuf,
    /// The tools' versions, as JSON (`BENCH_TOOLS`).
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
            scratch: path("BENCH_SCRATCH")?,
            results: path("BENCH_RESULTS")?,
            document: path("BENCH_DOCUMENT")?,
            tools: serde_json::from_str(&read("BENCH_TOOLS")?).context("BENCH_TOOLS")?,
            build: serde_json::from_str(&read("BENCH_BUILD")?).context("BENCH_BUILD")?,
        })
    }

    /// A function that calls AWS at an endpoint.
    pub(crate) fn function(&self, name: &str, world: &World, endpoint: &str) -> Result<Program> {
        Ok(Program::new(name, &self.binary(name)?, &world.environment(endpoint)))
    }

    /// A function's binary.
    pub(crate) fn binary(&self, name: &str) -> Result<PathBuf> {
        existing(self.functions.join(name).join("bootstrap"))
    }

    /// A baseline, `bare-<function>` or `minimal`, with variables beside the function's.
    pub(crate) fn baseline(&self, name: &str, world: &World, variables: &[(&str, String)]) -> Result<Program> {
        let path = existing(self.baselines.join(name))?;
        let mut program = Program::new(name, &path, &world.environment(world.endpoint()));
        program.environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Ok(program)
    }

    /// The machine and the tools; the load after the measurement is the caller's to add.
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

fn existing(path: PathBuf) -> Result<PathBuf> {
    ensure!(path.exists(), "{} was not built", path.display());
    Ok(path)
}

fn today() -> String {
    #[expect(clippy::disallowed_methods, reason = "the day of the measurement")]
    let now = jiff::Timestamp::now();
    now.strftime("%Y-%m-%d").to_string()
}
