//! Deploys the stack with CDK, to an emulator or to AWS.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    accounts::Accounts,
    aws::Cloud,
    exec,
    functions::{self, Processor},
    pages,
    paths::{self, State},
    tools,
    web::{App, Ports},
};

/// What the stack is told; each is a context value of the CDK application.
pub(crate) type Parameters = BTreeMap<&'static str, String>;
/// What the stack tells: `ApiUrl`, `TableName`, ...
pub(crate) type Outputs = HashMap<String, String>;

/// What MiniStack 1.5 refuses a whole template for.
const UNKNOWN_TO_EMULATORS: [&str; 1] = ["AWS::WAFv2::LoggingConfiguration"];

/// Builds and deploys to the AWS account of the environment, or to the `AWS_ENDPOINT_URL` it names
///
/// The account and region are those of the AWS environment variables or profile. The account is
/// prepared once per region with `infra/node_modules/.bin/cdk bootstrap`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Name of this deployment; the stack is called `portal-messaging-<stage>`
    #[arg(long, default_value = "dev")]
    stage: String,
    /// URL of the OpenID Connect issuer whose access tokens are accepted
    #[arg(long)]
    issuer: String,
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
    /// For real patients: customer-managed key, deletion protection, data kept when the stack goes
    #[arg(long)]
    production: bool,
    /// Another parameter of the stack (see infra/lib/config.ts), such as logRetentionDays=365
    #[arg(long = "set", value_name = "NAME=VALUE")]
    more: Vec<String>,
}

/// `cargo xtask deploy`.
pub(crate) fn run(options: Options) -> Result<()> {
    tools::check_prerequisites()?;
    tools::install_python_tools()?;
    ["infra", "web"].into_iter().try_for_each(tools::install_node_package)?;
    let cloud = Cloud::Environment;
    let processor = if cloud.is_emulator() { Processor::Host } else { Processor::Arm64 };
    functions::build(processor)?;
    let parameters = Parameters::from([
        ("stage", options.stage),
        ("issuer", options.issuer),
        ("audience", options.audience),
        ("clientIds", options.client_ids.join(",")),
        ("roleClaim", options.role_claim),
        ("patientIdClaim", options.patient_id_claim),
        ("nameClaim", options.name_claim),
        ("portalOrigin", options.portal_origin.unwrap_or_default()),
        ("clinicOrigin", options.clinic_origin.unwrap_or_default()),
        ("certificateArn", options.certificate_arn.unwrap_or_default()),
        ("production", options.production.to_string()),
        ("architecture", processor.architecture().to_owned()),
    ]);
    let state = State::dev();
    let outputs = deploy(&state, &cloud, &parameters, &options.more)?;
    pages::publish(&state, &cloud, &outputs)?;
    let mut outputs: Vec<_> = outputs.into_iter().collect();
    outputs.sort();
    for (name, value) in outputs {
        println!("{name:<22} {value}");
    }
    Ok(())
}

/// The parameters of a stack on this machine.
pub(crate) fn local_parameters(issuer: String, accounts: &Accounts, pages: Ports) -> Parameters {
    Parameters::from([
        ("stage", "local".to_owned()),
        ("issuer", issuer),
        ("audience", accounts.audience.clone()),
        ("clientIds", accounts.client_ids()),
        ("portalOrigin", pages.origin(App::Portal)),
        ("clinicOrigin", pages.origin(App::Clinic)),
        // Served from this machine too.
        ("pages", "none".to_owned()),
        ("architecture", Processor::Host.architecture().to_owned()),
        ("requireTls", "false".to_owned()),
    ])
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

    let infra = paths::root().join("infra");
    let assembly = state.file("cdk.out");
    let outputs = state.file("outputs.json");
    paths::remove(&outputs)?;
    let mut cdk = std::process::Command::new(infra.join("node_modules/.bin/cdk"));
    cdk.args(["deploy", "--require-approval", "never", "--progress", "events"])
        .arg("--outputs-file")
        .arg(&outputs)
        .arg("--output")
        .arg(&assembly)
        .current_dir(&infra);
    if cloud.is_emulator() {
        cdk.args(["--context", &format!("leaveOut={}", UNKNOWN_TO_EMULATORS.join(","))]);
        // No change set, no check of the template (infra's tests do it) and no copies of the archives: half a minute less.
        cdk.args(["--method=direct", "--no-validation", "--no-staging"]);
    }
    cdk.args(["--context", &format!("archives={}", paths::archives().display())]);
    for (name, value) in parameters {
        cdk.args(["--context", &format!("{name}={value}")]);
    }
    for setting in more {
        cdk.args(["--context", setting]);
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
    if let Some(api) = cloud.is_emulator().then(|| emulated_api(&found)).flatten() {
        let template = assembly.join(format!("{name}.template.json"));
        let mut cors = cloud.python(&["cors", &api.id, &template.to_string_lossy()]);
        exec::logged("Setting CORS on the emulated API", &mut cors, &log)?;
        found.insert("ApiUrl".to_owned(), api.url);
    }
    Ok(found)
}

/// An HTTP API on an emulator, at an address that every HTTP client can reach.
struct EmulatedApi {
    id: String,
    url: String,
}

/// Emulators name an API `<id>.execute-api.localhost:<port>`, which few resolvers know; the same API has a path.
fn emulated_api(outputs: &Outputs) -> Option<EmulatedApi> {
    let address = outputs.get("ApiUrl")?.strip_prefix("http://")?;
    let (id, port) = address.trim_end_matches('/').split_once(".execute-api.localhost")?;
    Some(EmulatedApi { id: id.to_owned(), url: format!("http://127.0.0.1{port}/_aws/execute-api/{id}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api_of(url: &str) -> Option<EmulatedApi> {
        emulated_api(&Outputs::from([("ApiUrl".to_owned(), url.to_owned())]))
    }

    #[test]
    fn an_emulated_api_gets_an_address_that_resolves() {
        for url in ["http://0a1b2c3d.execute-api.localhost:4566", "http://0a1b2c3d.execute-api.localhost:4566/"] {
            let api = api_of(url).expect("emulated");
            assert_eq!(api.id, "0a1b2c3d");
            assert_eq!(api.url, "http://127.0.0.1:4566/_aws/execute-api/0a1b2c3d");
        }
    }

    #[test]
    fn an_api_of_aws_keeps_its_address() {
        assert!(api_of("https://0a1b2c3d.execute-api.eu-west-1.amazonaws.com").is_none());
    }
}
