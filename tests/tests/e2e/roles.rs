//! Each function's role is enough for its route and for nothing else, as the stack's own table has it.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::primitives::ByteStream;
use tests::aws::{self, FunctionConfiguration};
use tests::repository::{self, DeployedFunction};
use tests::stack::Stack;

/// What a role can be asked to do. None of it changes anything where it is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    GetItem,
    Query,
    PutItem,
    UpdateItem,
    DeleteItem,
    Scan,
    QueryIndex,
    GetSecretValue,
    SendMessage,
    ListBucket,
    GetObject(&'static str),
    PutObject(&'static str),
    DeleteObject(&'static str),
    CreateTopic,
    DeleteTopic,
    ListSubscriptionsByTopic,
    Publish,
    Subscribe,
    Unsubscribe,
}

const ACTIONS: [Action; 22] = [
    Action::GetItem,
    Action::Query,
    Action::PutItem,
    Action::UpdateItem,
    Action::DeleteItem,
    Action::Scan,
    Action::QueryIndex,
    Action::GetSecretValue,
    Action::SendMessage,
    Action::ListBucket,
    Action::GetObject("uploads"),
    Action::GetObject("images"),
    Action::PutObject("uploads"),
    Action::PutObject("images"),
    Action::DeleteObject("uploads"),
    Action::DeleteObject("images"),
    Action::CreateTopic,
    Action::DeleteTopic,
    Action::ListSubscriptionsByTopic,
    Action::Publish,
    Action::Subscribe,
    Action::Unsubscribe,
];

impl Action {
    /// Whether a function's role should allow it.
    fn is_granted(self, function: &DeployedFunction) -> bool {
        let bucket = |action: &str, prefix: &str| {
            function.bucket.iter().any(|grant| grant.action == action && grant.prefix == prefix)
        };
        let table = |action: &str| function.table.iter().any(|granted| granted == action);
        let topics = |action: &str| function.topics.iter().any(|granted| granted == action);
        match self {
            Self::GetItem => table("GetItem"),
            Self::Query => table("Query"),
            Self::PutItem => table("PutItem"),
            Self::UpdateItem => table("UpdateItem"),
            Self::DeleteItem => table("DeleteItem"),
            Self::Scan => table("Scan"),
            Self::QueryIndex => function.index.iter().any(|granted| granted == "Query"),
            Self::GetSecretValue => function.cursor_secret,
            Self::SendMessage => function.failure_queue,
            Self::ListBucket => false,
            Self::GetObject(prefix) => bucket("GetObject", prefix),
            Self::PutObject(prefix) => bucket("PutObject", prefix),
            Self::DeleteObject(prefix) => bucket("DeleteObject", prefix),
            Self::CreateTopic => topics("CreateTopic"),
            Self::DeleteTopic => topics("DeleteTopic"),
            Self::ListSubscriptionsByTopic => topics("ListSubscriptionsByTopic"),
            Self::Publish => topics("Publish"),
            Self::Subscribe => topics("Subscribe"),
            Self::Unsubscribe => topics("Unsubscribe"),
        }
    }

    /// Whether the role allows it: whatever else a call came to, it was not denied.
    async fn is_allowed(self, role: &SdkConfig, target: &Target) -> bool {
        let dynamodb = aws_sdk_dynamodb::Client::new(role);
        let sns = aws_sdk_sns::Client::new(role);
        let table = &target.table_name;
        let text = |text: &str| AttributeValue::S(text.to_owned());
        // Nothing has this key, and no write passes this condition.
        let (pk, sk, exists) = (text("TESTS#NOTHING"), text("NOTHING"), "attribute_exists(pk)");
        match self {
            Self::GetItem => allowed(dynamodb.get_item().table_name(table).key("pk", pk).key("sk", sk).send().await),
            Self::PutItem => {
                let put = dynamodb.put_item().table_name(table).item("pk", pk).item("sk", sk);
                allowed(put.condition_expression(exists).send().await)
            }
            Self::UpdateItem => {
                let update = dynamodb.update_item().table_name(table).key("pk", pk).key("sk", sk);
                allowed(update.condition_expression(exists).send().await)
            }
            Self::DeleteItem => {
                let delete = dynamodb.delete_item().table_name(table).key("pk", pk).key("sk", sk);
                allowed(delete.condition_expression(exists).send().await)
            }
            Self::Scan => allowed(dynamodb.scan().table_name(table).limit(1).send().await),
            Self::Query => {
                let query = dynamodb.query().table_name(table).key_condition_expression("pk = :pk");
                allowed(query.expression_attribute_values(":pk", pk).send().await)
            }
            Self::QueryIndex => {
                let query =
                    dynamodb.query().table_name(table).index_name("lists").key_condition_expression("lpk = :pk");
                allowed(query.expression_attribute_values(":pk", pk).send().await)
            }
            Self::GetSecretValue => {
                let secrets = aws_sdk_secretsmanager::Client::new(role);
                allowed(secrets.get_secret_value().secret_id(&target.secret_arn).send().await)
            }
            Self::SendMessage => {
                // A delay that no queue takes.
                let queue = aws_sdk_sqs::Client::new(role);
                let message = queue.send_message().queue_url(&target.queue_url).message_body("tests");
                allowed(message.delay_seconds(100_000).send().await)
            }
            Self::ListBucket => allowed(images(role).list_objects_v2().bucket(&target.bucket_name).send().await),
            Self::GetObject(prefix) => {
                let get = images(role).get_object().bucket(&target.bucket_name).key(nothing(prefix));
                allowed(get.send().await)
            }
            Self::PutObject(prefix) => {
                // A checksum that no body has: what is allowed is still not stored.
                let put = images(role).put_object().bucket(&target.bucket_name).key(nothing(prefix));
                allowed(
                    put.checksum_sha256("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
                        .body(ByteStream::from_static(b"x"))
                        .send()
                        .await,
                )
            }
            Self::DeleteObject(prefix) => {
                let delete = images(role).delete_object().bucket(&target.bucket_name).key(nothing(prefix));
                allowed(delete.send().await)
            }
            Self::CreateTopic => {
                // No topic of this kind has such a name.
                let name = target.topic_arn.rsplit(':').next().expect("a name");
                let topic = sns.create_topic().name(name).attributes("FifoTopic", "true");
                allowed(topic.send().await)
            }
            // The topic does not exist.
            Self::DeleteTopic => allowed(sns.delete_topic().topic_arn(&target.topic_arn).send().await),
            Self::ListSubscriptionsByTopic => {
                allowed(sns.list_subscriptions_by_topic().topic_arn(&target.topic_arn).send().await)
            }
            Self::Publish => allowed(sns.publish().topic_arn(&target.topic_arn).message("tests").send().await),
            Self::Subscribe => {
                let subscribe = sns.subscribe().topic_arn(&target.topic_arn).protocol("email");
                allowed(subscribe.endpoint("tests@example.org").send().await)
            }
            Self::Unsubscribe => {
                let subscription = format!("{}:01900000-0000-7000-8000-000000000000", target.topic_arn);
                allowed(sns.unsubscribe().subscription_arn(subscription).send().await)
            }
        }
    }
}

/// S3 with a role.
fn images(role: &SdkConfig) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(role).force_path_style(true).build())
}

/// The key of an object that nobody has.
fn nothing(prefix: &str) -> String {
    format!("{prefix}/tests/nothing")
}

/// What the actions are asked of.
struct Target {
    bucket_name: String,
    table_name: String,
    secret_arn: String,
    queue_url: String,
    topic_arn: String,
}

fn allowed<T, E: ProvideErrorMetadata, R>(outcome: Result<T, SdkError<E, R>>) -> bool
where
    SdkError<E, R>: std::fmt::Debug,
{
    match outcome {
        Ok(_) => true,
        Err(SdkError::ServiceError(error)) => {
            // SNS has a code of its own.
            !error.err().code().is_some_and(|code| code.contains("AccessDenied") || code == "AuthorizationError")
        }
        Err(error) => panic!("no answer: {error:?}"),
    }
}

/// Set to `false`, it lets these tests run on a stack whose emulator enforces no policies, and show less.
const IAM_ENFORCED: &str = "IAM_ENFORCED";

/// Whether policies are enforced: whoever may do nothing is denied something.
async fn is_enforced(stack: &Stack, target: &Target) -> bool {
    let role = aws::as_role(stack, &aws::function(stack, "get-health").await.role).await;
    !Action::Scan.is_allowed(&role, target).await
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "what was not tested must be said")]
async fn each_role_is_enough_for_its_route_and_for_nothing_else() {
    let stack = Stack::together().await;
    let deployed = repository::deployed();
    let functions = deployed.routes.into_iter().chain(deployed.stream_consumers).chain(deployed.triggers);
    let functions: Vec<DeployedFunction> = functions.collect();
    let target = Target {
        bucket_name: stack.description().bucket_name.clone(),
        table_name: stack.description().table_name.clone(),
        secret_arn: aws::function(&stack, "list-tasks").await.variable("CURSOR_SECRET_ARN").to_owned(),
        queue_url: stack.description().failure_queue_url.clone(),
        topic_arn: format!("{}p-nobody", aws::function(&stack, "notify").await.variable("TOPIC_ARN_PREFIX")),
    };
    let enforced = is_enforced(&stack, &target).await;
    if !enforced {
        assert!(
            std::env::var_os(IAM_ENFORCED).is_some_and(|value| value == "false"),
            "this stack enforces no policies, so that roles can't be tested on it: `cargo xtask test e2e` brings one \
             up that does, {IAM_ENFORCED}=false does without"
        );
        eprintln!("Policies are not enforced here: that roles deny what is not theirs was NOT tested.");
    }

    let mut wrong = Vec::new();
    for function in &functions {
        let FunctionConfiguration { role, .. } = aws::function(&stack, &function.name).await;
        let role = aws::as_role(&stack, &role).await;
        assert!(!ACTIONS.iter().all(|action| action.is_granted(function)), "{} may do everything", function.name);
        for action in ACTIONS.into_iter().filter(|action| enforced || action.is_granted(function)) {
            let is_allowed = action.is_allowed(&role, &target).await;
            if is_allowed != action.is_granted(function) {
                wrong.push((&function.name, action, if is_allowed { "allowed" } else { "denied" }));
            }
        }
    }
    assert!(wrong.is_empty(), "unlike infra's table: {wrong:#?}");
}
