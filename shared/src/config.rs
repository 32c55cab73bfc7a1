//! The environment, read once at the start; every missing name is reported at once.

/// Names a file with the roots to trust, in place of those that are built in.
const OWN_ROOTS: &str = "SSL_CERT_FILE";

/// What a function needs from its environment. Public functions need nothing.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each need is apart from the others")]
pub struct Needs {
    /// It signs and verifies page cursors.
    pub cursor_secret: bool,
    /// It parks records that can't be processed.
    pub failure_queue: bool,
    /// It signs addresses in the bucket, or removes what is in it.
    pub bucket: bool,
    /// It serves callers, whose tokens it verifies.
    pub callers: bool,
    /// What it does with the topics of notices.
    pub topics: TopicUse,
}

/// What a function does with the topics of notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TopicUse {
    /// Nothing.
    #[default]
    None,
    /// It looks at subscriptions, or makes and removes them.
    Subscribes,
    /// It publishes notices.
    Publishes,
}

/// How bearer tokens are verified and read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IssuerConfig {
    /// The `OpenID` Connect issuer, exactly as tokens name it (`ISSUER`).
    pub issuer: String,
    /// Whom tokens must be meant for (`AUDIENCE`).
    pub audience: String,
    /// The OAuth clients whose tokens are taken; empty for all of the issuer's (`CLIENT_IDS`).
    pub client_ids: Vec<String>,
    /// The claim that holds the role, or a list with it (`ROLE_CLAIM`).
    pub role_claim: String,
    /// The claim that holds a patient's id (`PATIENT_ID_CLAIM`).
    pub patient_id_claim: String,
    /// The claim that holds the name to show (`NAME_CLAIM`).
    pub name_claim: String,
    /// Whether the roots to trust are named (`SSL_CERT_FILE`): for an issuer with a private certificate authority.
    pub own_roots: bool,
}

/// The configuration of a function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// The table (`TABLE_NAME`).
    pub table_name: String,
    /// The token issuer; empty for functions that serve no callers.
    pub issuer: IssuerConfig,
    /// The secret that signs page cursors (`CURSOR_SECRET_ARN`); empty for functions that page nothing.
    pub cursor_secret_arn: String,
    /// The queue for records that can't be processed (`FAILURE_QUEUE_URL`); empty but for stream functions.
    pub failure_queue_url: String,
    /// The bucket of images (`BUCKET_NAME`); empty for functions that have nothing to do with it.
    pub bucket_name: String,
    /// What requests that came through CloudFront show (`CLOUDFRONT_KEY`); nothing where there is no CloudFront in front.
    pub cloudfront_key: Option<String>,
    /// Where clients reach the bucket, if that is not where functions do (`PUBLIC_S3_ENDPOINT`).
    pub public_s3_endpoint: Option<String>,
    /// How many days audit events are kept (`ACCESS_LOG_DAYS`); six years unless given.
    pub access_log_days: u32,
    /// What the ARNs of topics begin with (`TOPIC_ARN_PREFIX`); empty where none are used.
    pub topic_arn_prefix: String,
    /// The key that encrypts topics (`TOPIC_KEY_ARN`), in production.
    pub topic_key_arn: Option<String>,
    /// What notices say; empty where none are sent.
    pub notices: NoticeConfig,
}

/// What notices say and where they lead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NoticeConfig {
    /// Where patients sign in (`PORTAL_URL`).
    pub portal_url: String,
    /// Where clinicians sign in (`CLINIC_URL`).
    pub clinic_url: String,
    /// Templates in place of the built-in ones, as JSON (`NOTICE_TEXTS`).
    pub texts: Option<String>,
}

/// What Lambda tells a function of AWS, by the SDKs' usual names.
#[derive(Clone, PartialEq, Eq)]
pub struct AwsEnvironment {
    /// Where it runs (`AWS_REGION`).
    pub region: String,
    /// Where AWS is, if not where it is by itself (`AWS_ENDPOINT_URL`).
    pub endpoint_url: Option<String>,
    /// The role's credentials, which hold as long as the process (`AWS_ACCESS_KEY_ID`).
    pub access_key_id: String,
    /// Their secret half (`AWS_SECRET_ACCESS_KEY`).
    pub secret_access_key: String,
    /// What goes with temporary ones (`AWS_SESSION_TOKEN`).
    pub session_token: Option<String>,
    /// Whether the roots to trust are named (`SSL_CERT_FILE`): in partitions and networks where AWS has other ones.
    pub own_roots: bool,
}

/// Names that are missing from the environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("missing from the environment: {}", .0.join(", "))]
pub struct Missing(pub Vec<&'static str>);

impl Config {
    /// Reads the process's environment.
    pub fn from_env(needs: Needs) -> Result<Self, Missing> {
        #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
        Self::read(needs, |name| std::env::var(name).ok())
    }

    /// Reads names through `lookup`.
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
        let portal_url = required("PORTAL_URL", needs.topics == TopicUse::Publishes);
        let clinic_url = required("CLINIC_URL", needs.topics == TopicUse::Publishes);
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
            own_roots: given(OWN_ROOTS).is_some(),
        };
        let access_log_days = optional("ACCESS_LOG_DAYS", "2190").parse().unwrap_or(2190);
        let public_s3_endpoint = lookup("PUBLIC_S3_ENDPOINT").filter(|value| !value.is_empty());
        let notices = NoticeConfig { portal_url, clinic_url, texts: given("NOTICE_TEXTS") };
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
            notices,
        })
    }
}

impl AwsEnvironment {
    /// Reads the process's environment.
    pub fn from_env() -> Result<Self, Missing> {
        #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads names through `lookup`.
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
            own_roots: given(OWN_ROOTS).is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_name_is_reported_at_once() {
        let needs = Needs { cursor_secret: true, callers: true, topics: TopicUse::Subscribes, ..Needs::default() };
        let lookup = |name: &str| (name == "AUDIENCE").then(|| "api".to_owned());
        let missing = Config::read(needs, lookup).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "missing from the environment: TABLE_NAME, ISSUER, CURSOR_SECRET_ARN, TOPIC_ARN_PREFIX"
        );
    }

    #[test]
    fn credentials_must_be_there_and_the_endpoint_may() {
        let lookup = |name: &str| (name != "AWS_ENDPOINT_URL" && name != "SSL_CERT_FILE").then(|| name.to_owned());
        let aws = AwsEnvironment::read(lookup).unwrap_or_else(|missing| panic!("{missing}"));
        assert_eq!((aws.region.as_str(), aws.endpoint_url, aws.own_roots), ("AWS_REGION", None, false));
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
