//! The stack as CDK deploys it, to an emulator or to AWS.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde_json::Value;

use crate::{
    stack::{
        assets,
        aws::{self, Cloud, Outputs},
    },
    tool::{
        exec,
        paths::{self, State},
    },
};

/// The stack's parameters; each is a context value of the CDK application.
pub(crate) type Parameters = BTreeMap<&'static str, String>;

/// The API Gateway in front of the functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Gateway {
    /// An HTTP API, which checks tokens too
    Http,
    /// A REST API
    Rest,
}

impl Gateway {
    /// Its name as the stack's parameter.
    pub(crate) fn parameter(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Rest => "rest",
        }
    }
}

/// MiniStack 1.5 refuses every template that has one of these.
const UNKNOWN_TO_EMULATORS: [&str; 2] = ["AWS::Budgets::Budget", "AWS::WAFv2::LoggingConfiguration"];

/// The stage that is always for real patients.
pub(crate) const PRODUCTION: &str = "prod";
/// Where the stack of production's firewall is: CloudFront takes it from there.
pub(crate) const EDGE_REGION: &str = "us-east-1";

pub(crate) fn show_diff(state: &State, cloud: &Cloud, parameters: &Parameters, more: &[String]) -> Result<()> {
    let mut cdk = cdk(state, cloud, "diff", parameters, more);
    // From the deployed template: a change set would be made for it otherwise.
    cdk.arg("--method=template").arg(stack_name(parameters));
    exec::shown("What would change", cloud.caller(&mut cdk))
}

pub(crate) fn stack_name(parameters: &Parameters) -> String {
    aws::stack_name(parameters.get("stage").map_or("dev", String::as_str))
}

/// Synthesizes and deploys the stack; the archives are built already.
pub(crate) fn deploy(state: &State, cloud: &Cloud, parameters: &Parameters, more: &[String]) -> Result<Outputs> {
    let log = state.log("deploy")?;
    assets::expect_bucket(cloud, None)?;
    if parameters.get("production").is_some_and(|it| it == "true") {
        assets::expect_bucket(cloud, Some(EDGE_REGION))?;
    }

    let outputs = state.file("outputs.json");
    paths::remove(&outputs)?;
    let mut cdk = cdk(state, cloud, "deploy", parameters, more);
    cdk.args(["--require-approval", "never", "--progress", "events"]).arg("--outputs-file").arg(&outputs);
    if cloud.is_emulator() {
        // No change set, no check of the template (infra's tests do it): half a minute less.
        cdk.args(["--method=direct", "--no-validation"]);
    }
    let name = stack_name(parameters);
    // With what it depends on: in production, the stack of the firewall.
    cdk.arg(&name);
    exec::logged(&format!("Deploying {name}"), cloud.caller(&mut cdk), &log)?;

    let text = fs::read_to_string(&outputs).context("CDK wrote no outputs")?;
    let mut stacks: HashMap<String, Outputs> = serde_json::from_str(&text).context("CDK's outputs are damaged")?;
    let Some(mut found) = stacks.remove(&name) else {
        bail!("CDK wrote no outputs of {name}; see {}", paths::shown(&log));
    };
    if let Some(api) = cloud.endpoint().and_then(|endpoint| emulated_api(&endpoint, &found)) {
        if parameters.get("gateway").is_none_or(|gateway| gateway == Gateway::Http.parameter()) {
            set_cors(cloud, &api.id, &assembly(state).join(format!("{name}.template.json")))?;
        }
        found.insert("ApiUrl".to_owned(), api.url);
    }
    Ok(found)
}

/// Gives an emulated API the CORS settings of its template, which MiniStack 1.5 stores in a form that it does not read.
fn set_cors(cloud: &Cloud, api: &str, template: &Path) -> Result<()> {
    let text = fs::read_to_string(template).context("CDK wrote no template")?;
    let template: Value = serde_json::from_str(&text).context("CDK's template is damaged")?;
    if let Some(cors) = cors_settings(&template) {
        let update = ["apigatewayv2", "update-api", "--api-id", api, "--cors-configuration", &cors.to_string()];
        cloud.ask(&update)?;
    }
    Ok(())
}

fn cors_settings(template: &Value) -> Option<&Value> {
    let resources = template["Resources"].as_object()?.values();
    let mut apis = resources.filter(|resource| resource["Type"] == "AWS::ApiGatewayV2::Api");
    apis.find_map(|api| api["Properties"].get("CorsConfiguration"))
}

/// Where CDK writes the templates.
fn assembly(state: &State) -> PathBuf {
    state.file("cdk.out")
}

/// A command of CDK on the stack, with the archives that are built already.
fn cdk(state: &State, cloud: &Cloud, command: &str, parameters: &Parameters, more: &[String]) -> Command {
    let infra = paths::root().join("infra");
    let mut cdk = Command::new(infra.join("node_modules/.bin/cdk"));
    cdk.arg(command).arg("--output").arg(assembly(state)).current_dir(&infra);
    if cloud.is_emulator() {
        cdk.args(["--context", &format!("leaveOut={}", UNKNOWN_TO_EMULATORS.join(","))]);
        // No copies of the archives.
        cdk.arg("--no-staging");
    }
    cdk.args(["--context", &format!("archives={}", paths::archives().display())]);
    for (name, value) in parameters {
        cdk.args(["--context", &format!("{name}={value}")]);
    }
    for setting in more {
        cdk.args(["--context", setting]);
    }
    cdk
}

/// An API on an emulator, at an address that every HTTP client can reach.
struct EmulatedApi {
    id: String,
    url: String,
}

/// An API is named `<id>.execute-api.<domain>/<stage>`, on emulators too, where few resolvers know that; the same API has
/// a path there.
fn emulated_api(endpoint: &str, outputs: &Outputs) -> Option<EmulatedApi> {
    let (_, address) = outputs.get("ApiUrl")?.trim_end_matches('/').split_once("://")?;
    let (host, stage) = address.split_once('/').map_or((address, None), |(host, stage)| (host, Some(stage)));
    let (id, _) = host.split_once(".execute-api.")?;
    let stage = stage.map_or_else(String::new, |stage| format!("/{stage}"));
    Some(EmulatedApi { id: id.to_owned(), url: format!("{endpoint}/_aws/execute-api/{id}{stage}") })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cors_settings_are_those_of_the_http_api() {
        let cors = json!({"AllowOrigins": ["http://localhost:5173"]});
        let api = json!({"Type": "AWS::ApiGatewayV2::Api", "Properties": {"CorsConfiguration": cors}});
        let other = json!({"Type": "AWS::S3::Bucket", "Properties": {"CorsConfiguration": {}}});
        assert_eq!(cors_settings(&json!({"Resources": {"A": other, "B": api}})), Some(&cors));
        assert_eq!(cors_settings(&json!({"Resources": {"A": other}})), None);
    }

    #[test]
    fn an_emulated_api_gets_an_address_that_resolves() {
        for (url, path) in [
            ("http://0a1b2c3d.execute-api.localhost:4566", "0a1b2c3d"),
            ("http://0a1b2c3d.execute-api.localhost:4566/", "0a1b2c3d"),
            ("https://0a1b2c3d.execute-api.us-east-1.amazonaws.com/api", "0a1b2c3d/api"),
        ] {
            let outputs = Outputs::from([("ApiUrl".to_owned(), url.to_owned())]);
            let api = emulated_api("http://127.0.0.1:4566", &outputs).expect("emulated");
            assert_eq!(api.id, "0a1b2c3d");
            assert_eq!(api.url, format!("http://127.0.0.1:4566/_aws/execute-api/{path}"));
        }
    }
}
