//! The pages: both applications are built when their sources changed, and served on this machine as CloudFront serves them in AWS.

use std::process::Command;

use anyhow::Result;

use crate::{
    stack::running::Stack,
    tool::{
        exec, http,
        paths::{self, State},
        process::Service,
        stamp::Inputs,
    },
};

/// The Node package.
const PACKAGE: &str = "web";

/// An application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum App {
    /// The patients'.
    Portal,
    /// The clinicians'.
    Clinic,
}

impl App {
    pub(crate) const ALL: [Self; 2] = [Self::Portal, Self::Clinic];

    /// Its name, which is that of its process and its log too.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Clinic => "clinic",
        }
    }
}

/// The ports that the applications are served at; their origins follow from them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) portal: u16,
    pub(crate) clinic: u16,
}

impl Ports {
    pub(crate) fn of(self, app: App) -> u16 {
        match app {
            App::Portal => self.portal,
            App::Clinic => self.clinic,
        }
    }

    /// `http://localhost:<port>`: one origin each, as the OpenID provider, CORS and notifications use it.
    pub(crate) fn origin(self, app: App) -> String {
        origin(self.of(app))
    }
}

fn origin(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// Builds both applications, and checks their size, if anything changed since.
pub(crate) fn build() -> Result<()> {
    let stamp = sources()?.stamp(paths::root().join(PACKAGE).join("dist/xtask.stamp"));
    if stamp.is_current() {
        return Ok(());
    }
    stamp.clear()?;
    exec::shown("Building the pages", &mut exec::npm(PACKAGE, ["run", "build", "--silent"]))?;
    stamp.set()
}

/// The sources of both applications.
pub(crate) fn sources() -> Result<Inputs> {
    Inputs::default().folder(&paths::root().join(PACKAGE))
}

/// How an application of a stack is served.
pub(crate) fn server(app: App, stack: &Stack, ports: Ports) -> Command {
    let mut command = Command::new("node");
    command
        .arg("serve.js")
        .current_dir(paths::root().join(PACKAGE))
        .env("APP", app.name())
        .env("PORT", ports.of(app).to_string())
        .env("API_URL", &stack.api_url)
        .env("ISSUER", &stack.issuer)
        // The addresses of uploads and images are signed for where the functions find the bucket.
        .env("IMAGES_ORIGIN", &stack.aws_endpoint_url);
    command
}

pub(crate) fn is_healthy(port: u16) -> bool {
    http::is_healthy(&config(port))
}

pub(crate) fn wait_until_healthy(state: &State, service: &Service) -> Result<()> {
    http::wait_until_healthy(state, service, &config(service.port))
}

/// The configuration, which a page reads first.
fn config(port: u16) -> String {
    format!("{}/config.json", origin(port))
}
