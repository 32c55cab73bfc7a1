//! Deploys the stack with CDK, to an emulator or to AWS.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::PathBuf,
    process::Command,
};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::{
    commands::dev::{Emulator, Plan},
    stack::{
        accounts::Accounts,
        aws::Cloud,
        functions::{self, Processor},
        pages,
        web::App,
    },
    tool::{
        exec,
        paths::{self, State},
        tools,
    },
};

/// What the stack is told; each is a context value of the CDK application.
pub(crate) type Parameters = BTreeMap<&'static str, String>;
/// What the stack tells: `ApiUrl`, `TableName`, ...
pub(crate) type Outputs = HashMap<String, String>;

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

/// What MiniStack 1.5 refuses a whole template for.
const UNKNOWN_TO_EMULATORS: [&str; 2] = ["AWS::Budgets::Budget", "AWS::WAFv2::LoggingConfiguration"];

/// Builds and deploys to the AWS account of the environment, or to the `AWS_ENDPOINT_URL` it names
///
/// The account and region are those of the AWS environment variables or profile. The account is
/// prepared once per region with `infra/node_modules/.bin/cdk bootstrap`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Name of this deployment; the stack is called `portal-messaging-<stage>`; `prod` is for real patients
    #[arg(long, default_value = "dev")]
    stage: String,
    /// URL of the OpenID Connect issuer whose access tokens are accepted; without it, a Cognito pool is made
    #[arg(long)]
    issuer: Option<String>,
    /// Audience that the access tokens must name
    #[arg(long, default_value = "portal-messaging-api")]
    audience: String,
    /// OAuth client whose access tokens are accepted (repeat it for more; without it, any client of the issuer)
    #[arg(long = "client-id", value_name = "CLIENT_ID")]
    client_ids: Vec<String>,
    /// Claim that holds the role: patient, clinician or admin
    #[arg(long, default_value = "role")]
    role_claim: String,
    /// Claim that holds a patient's id
    #[arg(long, default_value = "patientId")]
    patient_id_claim: String,
    /// Claim that holds the name shown to others
    #[arg(long, default_value = "name")]
    name_claim: String,
    /// Origin of the patient portal, such as `https://portal.example.org`; without it, the name that CloudFront gives
    #[arg(long)]
    portal_origin: Option<String>,
    /// Origin of the clinic's application; without it, the name that CloudFront gives
    #[arg(long)]
    clinic_origin: Option<String>,
    /// Certificate of these origins, in Certificate Manager of us-east-1
    #[arg(long, value_name = "ARN")]
    certificate_arn: Option<String>,
    /// The API Gateway in front of the functions
    #[arg(long, value_enum, default_value_t = Gateway::Http)]
    gateway: Gateway,
    /// Address that production's alarms are sent to
    #[arg(long, value_name = "EMAIL")]
    alarm_email: Option<String>,
    /// For real patients, as `--stage prod` is: customer-managed key, deletion protection, data kept when the stack goes,
    /// a firewall, alarms
    #[arg(long)]
    production: bool,
    /// Another parameter of the stack (see infra/lib/config.ts), such as logRetentionDays=365
    #[arg(long = "set", value_name = "NAME=VALUE")]
    more: Vec<String>,
}

impl Options {
    /// As the stack is told.
    fn parameters(self, processor: Processor) -> (Parameters, Vec<String>) {
        let production = self.production || self.stage == PRODUCTION;
        let parameters = Parameters::from([
            ("stage", self.stage),
            ("issuer", self.issuer.unwrap_or_default()),
            ("audience", self.audience),
            ("clientIds", self.client_ids.join(",")),
            ("roleClaim", self.role_claim),
            ("patientIdClaim", self.patient_id_claim),
            ("nameClaim", self.name_claim),
            ("portalOrigin", self.portal_origin.unwrap_or_default()),
            ("clinicOrigin", self.clinic_origin.unwrap_or_default()),
            ("certificateArn", self.certificate_arn.unwrap_or_default()),
            ("gateway", self.gateway.parameter().to_owned()),
            ("alarmEmail", self.alarm_email.unwrap_or_default()),
            ("production", production.to_string()),
            ("architecture", processor.architecture().to_owned()),
        ]);
        (parameters, self.more)
    }
}

/// The stage that is always for real patients.
pub(crate) const PRODUCTION: &str = "prod";

/// Installs and builds what a stack is made of.
fn prepare(cloud: &Cloud) -> Result<Processor> {
    tools::check_prerequisites()?;
    tools::install_python_tools()?;
    ["infra", "web"].into_iter().try_for_each(tools::install_node_package)?;
    let processor = if cloud.is_emulator() { Processor::Host } else { Processor::Arm64 };
    functions::build(processor)?;
    Ok(processor)
}

/// `cargo xtask diff`: what a deployment with these options would change, and nothing is changed.
pub(crate) fn diff(options: Options) -> Result<()> {
    let cloud = Cloud::Environment;
    let (parameters, more) = options.parameters(prepare(&cloud)?);
    show_diff(&State::dev(), &cloud, &parameters, &more)
}

pub(crate) fn show_diff(state: &State, cloud: &Cloud, parameters: &Parameters, more: &[String]) -> Result<()> {
    let mut cdk = cdk(state, cloud, "diff", parameters, more);
    // From the deployed template: a change set would be made for it otherwise.
    cdk.arg("--method=template").arg(stack_name(parameters));
    exec::shown("What would change", cloud.caller(&mut cdk))
}

/// `cargo xtask deploy`.
pub(crate) fn run(options: Options) -> Result<()> {
    let cloud = Cloud::Environment;
    let (parameters, more) = options.parameters(prepare(&cloud)?);
    let state = State::dev();
    let outputs = deploy(&state, &cloud, &parameters, &more)?;
    pages::publish(&state, &cloud, &outputs)?;
    let mut outputs: Vec<_> = outputs.into_iter().collect();
    outputs.sort();
    for (name, value) in outputs {
        println!("{name:<22} {value}");
    }
    Ok(())
}

/// The parameters of a stack on this machine.
pub(crate) fn local_parameters(plan: &Plan, issuer: String, accounts: &Accounts) -> Parameters {
    let mut parameters = Parameters::from([
        ("stage", plan.stage.to_owned()),
        ("gateway", plan.gateway.parameter().to_owned()),
        ("issuer", issuer),
        ("audience", accounts.audience.clone()),
        ("clientIds", accounts.client_ids()),
        ("portalOrigin", plan.pages.origin(App::Portal)),
        ("clinicOrigin", plan.pages.origin(App::Clinic)),
        // Served from this machine too.
        ("pages", "none".to_owned()),
        ("architecture", Processor::Host.architecture().to_owned()),
        ("requireTls", "false".to_owned()),
    ]);
    if let Emulator::LocalStack { endpoint } = &plan.emulator {
        // Its functions find it at an address of their own, in Docker one that no browser reaches.
        parameters.insert("publicS3Endpoint", endpoint.clone());
    }
    parameters
}

pub(crate) fn stack_name(parameters: &Parameters) -> String {
    format!("portal-messaging-{}", parameters.get("stage").map_or("dev", String::as_str))
}

/// Synthesizes and deploys the stack; the archives are built already.
pub(crate) fn deploy(state: &State, cloud: &Cloud, parameters: &Parameters, more: &[String]) -> Result<Outputs> {
    let log = state.log("deploy")?;
    let bucket_may_be_made = cloud.is_emulator().to_string();
    // The firewall's stack is in a region of its own, which is CloudFront's.
    let edge = (parameters.get("production").is_some_and(|it| it == "true")).then_some("us-east-1");
    for region in [Some(""), edge].into_iter().flatten() {
        let mut bucket = cloud.python(&["asset-bucket", &bucket_may_be_made, region]);
        exec::logged("Looking for the bucket of CDK's assets", &mut bucket, &log)?;
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
            let template = assembly(state).join(format!("{name}.template.json"));
            let mut cors = cloud.python(&["cors", &api.id, &template.to_string_lossy()]);
            exec::logged("Setting CORS on the emulated API", &mut cors, &log)?;
        }
        found.insert("ApiUrl".to_owned(), api.url);
    }
    Ok(found)
}

/// Where CDK leaves what it synthesizes.
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
    use super::*;

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
