//! Configuration: read once from environment variables at start. All missing variables are reported together.

/// The variable with the path of a file of root certificates, used in place of the built-in ones.
const CUSTOM_ROOTS: &str = "SSL_CERT_FILE";

/// The optional parts of the configuration that a function needs. Functions without sign-in need none.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the needs are independent of each other")]
pub struct Needs {
    /// The secret that signs page cursors.
    pub cursor_secret: bool,
    /// The queue for stream records that can't be processed.
    pub failure_queue: bool,
    /// The bucket of images.
    pub bucket: bool,
    /// The token issuer, to authenticate callers.
    pub callers: bool,
    /// The SNS topics of notifications.
    pub topics: TopicUse,
}

/// How a function uses SNS topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TopicUse {
    /// Not at all.
    #[default]
    None,
    /// It lists, creates and removes subscriptions.
    Subscribe,
    /// It publishes notifications.
    Publish,
}

/// How bearer tokens are verified and mapped to callers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IssuerConfig {
    /// The `OpenID` Connect issuer, exactly as in tokens (`ISSUER`).
    pub issuer: String,
    /// The audience that tokens must have (`AUDIENCE`).
    pub audience: String,
    /// The OAuth clients whose tokens are accepted; all if empty (`CLIENT_IDS`).
    pub client_ids: Vec<String>,
    /// The claim with the role, or with a list of roles (`ROLE_CLAIM`).
    pub role_claim: String,
    /// The claim with a patient's id (`PATIENT_ID_CLAIM`).
    pub patient_id_claim: String,
    /// The claim with the display name (`NAME_CLAIM`).
    pub name_claim: String,
    /// Whether to trust custom root certificates (`SSL_CERT_FILE`), for an issuer with a private certificate authority.
    pub custom_roots: bool,
}

/// The configuration of a function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// The name of the table (`TABLE_NAME`).
    pub table_name: String,
    /// The token issuer; empty if not needed.
    pub issuer: IssuerConfig,
    /// The ARN of the secret that signs page cursors (`CURSOR_SECRET_ARN`); empty if not needed.
    pub cursor_secret_arn: String,
    /// The URL of the queue for records that can't be processed (`FAILURE_QUEUE_URL`); empty if not needed.
    pub failure_queue_url: String,
    /// The name of the bucket of images (`BUCKET_NAME`); empty if not needed.
    pub bucket_name: String,
    /// The secret that CloudFront adds to its requests (`CLOUDFRONT_KEY`); none without CloudFront.
    pub cloudfront_key: Option<String>,
    /// The S3 endpoint for clients, if it differs from that for functions (`PUBLIC_S3_ENDPOINT`).
    pub public_s3_endpoint: Option<String>,
    /// How many days audit events are kept (`ACCESS_LOG_DAYS`); defaults to six years.
    pub access_log_days: u32,
    /// The common prefix of the ARNs of SNS topics (`TOPIC_ARN_PREFIX`); empty if not needed.
    pub topic_arn_prefix: String,
    /// The KMS key that encrypts topics, in production (`TOPIC_KEY_ARN`).
    pub topic_key_arn: Option<String>,
    /// The texts of notifications; empty if not needed.
    pub notifications: NotificationConfig,
}

/// The texts and links of notifications.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotificationConfig {
    /// The address of the patient portal (`PORTAL_URL`).
    pub portal_url: String,
    /// The address of the clinic's pages (`CLINIC_URL`).
    pub clinic_url: String,
    /// JSON with templates that replace the built-in ones (`NOTICE_TEXTS`).
    pub texts: Option<String>,
}

/// The AWS environment of a Lambda function, from the SDKs' standard variables.
#[derive(Clone, PartialEq, Eq)]
pub struct AwsEnvironment {
    /// The region (`AWS_REGION`).
    pub region: String,
    /// The endpoint of an emulator (`AWS_ENDPOINT_URL`); none on AWS.
    pub endpoint_url: Option<String>,
    /// The credentials of the function's role, valid as long as the process (`AWS_ACCESS_KEY_ID`).
    pub access_key_id: String,
    /// Their secret key (`AWS_SECRET_ACCESS_KEY`).
    pub secret_access_key: String,
    /// Their session token (`AWS_SESSION_TOKEN`).
    pub session_token: Option<String>,
    /// Whether to trust custom root certificates (`SSL_CERT_FILE`), as some AWS partitions and networks require.
    pub custom_roots: bool,
}

/// Environment variables that are missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("missing from the environment: {}", .0.join(", "))]
pub struct Missing(pub Vec<&'static str>);

impl Config {
    /// Reads the environment of the process.
    pub fn from_env(needs: Needs) -> Result<Self, Missing> {
        #[expect(clippy::disallowed_methods, reason = "the environment is read only here")]
        Self::read(needs, |name| std::env::var(name).ok())
    }

    /// Reads variables through `lookup`.
    pub fn read(needs: Needs, lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Missing> {
        let mut missing = Vec::new();
        let mut required = |name: &'static str, needed: bool| {
            let value = lookup(name).filter(|value| !value.is_empty()).unwrap_or_default();
            if needed && value.is_empty() {
                missing.push(name);
            }
            value
        };
        let table_name = required("TABLE_NAME", true);
        let issuer = required("ISSUER", needs.callers);
        let audience = required("AUDIENCE", needs.callers);
        let cursor_secret_arn = required("CURSOR_SECRET_ARN", needs.cursor_secret);
        let failure_queue_url = required("FAILURE_QUEUE_URL", needs.failure_queue);
        let bucket_name = required("BUCKET_NAME", needs.bucket);
        let topic_arn_prefix = required("TOPIC_ARN_PREFIX", needs.topics != TopicUse::None);
        let portal_url = required("PORTAL_URL", needs.topics == TopicUse::Publish);
        let clinic_url = required("CLINIC_URL", needs.topics == TopicUse::Publish);
        if !missing.is_empty() {
            return Err(Missing(missing));
        }
        let given = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let optional = |name: &str, default: &str| given(name).unwrap_or_else(|| default.to_owned());
        let client_ids = optional("CLIENT_IDS", "");
        let client_ids = client_ids.split(',').map(str::trim).filter(|id| !id.is_empty());
        let issuer = IssuerConfig {
            issuer,
            audience,
            client_ids: client_ids.map(String::from).collect(),
            role_claim: optional("ROLE_CLAIM", "role"),
            patient_id_claim: optional("PATIENT_ID_CLAIM", "patientId"),
            name_claim: optional("NAME_CLAIM", "name"),
            custom_roots: given(CUSTOM_ROOTS).is_some(),
        };
        let access_log_days = optional("ACCESS_LOG_DAYS", "2190").parse().unwrap_or(2190);
        let public_s3_endpoint = lookup("PUBLIC_S3_ENDPOINT").filter(|value| !value.is_empty());
        let notifications = NotificationConfig { portal_url, clinic_url, texts: given("NOTICE_TEXTS") };
        let topic_key_arn = given("TOPIC_KEY_ARN");
        let cloudfront_key = given("CLOUDFRONT_KEY");
        Ok(Self {
            table_name,
            issuer,
            cursor_secret_arn,
            failure_queue_url,
            bucket_name,
            cloudfront_key,
            public_s3_endpoint,
            access_log_days,
            topic_arn_prefix,
            topic_key_arn,
            notifications,
        })
    }
}

impl AwsEnvironment {
    /// Reads the environment of the process.
    pub fn from_env() -> Result<Self, Missing> {
        #[expect(clippy::disallowed_methods, reason = "the environment is read only here")]
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads variables through `lookup`.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Missing> {
        let given = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let mut missing = Vec::new();
        let mut required = |name: &'static str| {
            given(name).unwrap_or_else(|| {
                missing.push(name);
                String::new()
            })
        };
        let region = required("AWS_REGION");
        let (access_key_id, secret_access_key) = (required("AWS_ACCESS_KEY_ID"), required("AWS_SECRET_ACCESS_KEY"));
        if !missing.is_empty() {
            return Err(Missing(missing));
        }
        Ok(Self {
            region,
            endpoint_url: given("AWS_ENDPOINT_URL"),
            access_key_id,
            secret_access_key,
            session_token: given("AWS_SESSION_TOKEN"),
            custom_roots: given(CUSTOM_ROOTS).is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_missing_variables_are_reported_together() {
        let needs = Needs { cursor_secret: true, callers: true, topics: TopicUse::Subscribe, ..Needs::default() };
        let lookup = |name: &str| (name == "AUDIENCE").then(|| "api".to_owned());
        let missing = Config::read(needs, lookup).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "missing from the environment: TABLE_NAME, ISSUER, CURSOR_SECRET_ARN, TOPIC_ARN_PREFIX"
        );
    }

    #[test]
    fn credentials_are_required_and_the_endpoint_is_optional() {
        let lookup = |name: &str| (name != "AWS_ENDPOINT_URL" && name != "SSL_CERT_FILE").then(|| name.to_owned());
        let aws = AwsEnvironment::read(lookup).unwrap_or_else(|missing| panic!("{missing}"));
        assert_eq!((aws.region.as_str(), aws.endpoint_url, aws.custom_roots), ("AWS_REGION", None, false));
        assert_eq!(aws.session_token.as_deref(), Some("AWS_SESSION_TOKEN"));
        let Err(missing) = AwsEnvironment::read(|_| Some(String::new())) else { panic!("nothing is there") };
        assert_eq!(missing.0, ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
    }

    #[test]
    fn claims_have_defaults_and_clients_are_a_list() {
        let lookup = |name: &str| Some(if name == "CLIENT_IDS" { "portal, clinic,".into() } else { String::new() });
        let lookup = |name: &str| if name == "TABLE_NAME" { Some("t".into()) } else { lookup(name) };
        let config = Config::read(Needs::default(), lookup).unwrap();
        assert_eq!(config.issuer.client_ids, ["portal", "clinic"]);
        assert_eq!(config.issuer.role_claim, "role");
    }
}
