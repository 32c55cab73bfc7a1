//! `cargo xtask deploy` and `diff`: the stack in an AWS account, or on the emulator that the environment names.

use anyhow::Result;
use clap::Args;

use crate::{
    stack::{
        aws::Cloud,
        deployment::{self, Gateway, PRODUCTION, Parameters},
        functions::{self, Processor},
        pages,
    },
    tool::{machine, paths::State, tools},
};

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
    /// The parameters of the stack, and others as they were given.
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

/// Installs and builds everything that a deployment needs.
fn prepare(cloud: &Cloud) -> Result<Processor> {
    machine::check(&machine::ALWAYS)?;
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
    deployment::show_diff(&State::current(), &cloud, &parameters, &more)
}

/// `cargo xtask deploy`.
pub(crate) fn run(options: Options) -> Result<()> {
    let cloud = Cloud::Environment;
    let (parameters, more) = options.parameters(prepare(&cloud)?);
    let state = State::current();
    let _archives = functions::keep_archives()?;
    let outputs = deployment::deploy(&state, &cloud, &parameters, &more)?;
    pages::publish(&state, &cloud, &outputs)?;
    let mut outputs: Vec<_> = outputs.into_iter().collect();
    outputs.sort();
    for (name, value) in outputs {
        println!("{name:<22} {value}");
    }
    Ok(())
}
