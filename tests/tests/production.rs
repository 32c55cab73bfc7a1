//! Production, deployed to the emulator by the operations guide's own commands: all of it that the emulator holds, with users of its
//! own; nothing left to change after it; and removed without its data.

use std::collections::HashMap;
use std::process::Output;

use serde_json::Value;
use shared::store::schema::Key;
use shared::store::{RawItem, Table};
use tests::stack::Stack;
use tests::{aws, xtask};

const STAGE: [&str; 2] = ["--stage", "prod"];

/// `cargo xtask`, as whoever deploys runs it: the environment says where.
fn run(stack: &Stack, arguments: &[&str]) -> Output {
    let endpoint = &stack.description().aws_endpoint_url;
    let mut command = xtask::command(stack);
    command
        .args(arguments)
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ENDPOINT_URL_S3", endpoint)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", &stack.description().region);
    command.output().unwrap_or_else(|error| panic!("xtask can't be run: {error}"))
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn production_is_deployed_whole_and_goes_without_its_data() {
    let stack = Stack::alone().await;
    // Production behind the gateway that the stack under test has.
    let gateway = if stack.description().api_url.ends_with("/api") { "rest" } else { "http" };
    let options = [&STAGE[..], &["--gateway", gateway, "--alarm-email", "operations@example.org"]].concat();

    let printed = succeeded(&run(&stack, &[&["deploy"][..], &options].concat()));
    let outputs: HashMap<_, _> = printed.lines().filter_map(|line| line.split_once(char::is_whitespace)).collect();
    let output = |name: &str| outputs.get(name).unwrap_or_else(|| panic!("no {name} in {printed}")).trim();
    assert!(output("PortalUrl").starts_with("https://") && output("ClinicUrl").starts_with("https://"), "{printed}");

    // The pages are where CloudFront finds them, and know the pool that was made for them.
    let config = aws::as_root(&stack).await;
    let files =
        aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build());
    for (app, config) in [("portal", output("PortalConfig")), ("clinic", output("ClinicConfig"))] {
        let get = files.get_object().bucket(output("PagesBucketName")).key(format!("{app}/config.json"));
        let object = get.send().await.expect("the application's configuration");
        assert_eq!(object.cache_control(), Some("no-store"));
        let found = object.body.collect().await.expect("readable").to_vec();
        assert_eq!(String::from_utf8_lossy(&found), config);
        let config: Value = serde_json::from_slice(&found).expect("JSON");
        assert!(config["issuer"].as_str().is_some_and(|issuer| issuer.ends_with(output("UserPoolId"))), "{config}");
        let start = files.head_object().bucket(output("PagesBucketName")).key(format!("{app}/index.html"));
        assert_eq!(start.send().await.expect("the start page").cache_control(), Some("no-cache"));
    }

    // Functions answer; but for the public ones, only what comes through CloudFront.
    let get = async |path: &str| {
        let answer = stack.http().get(format!("{}{path}", output("ApiUrl"))).send().await.expect("an answer");
        answer.status().as_u16()
    };
    assert_eq!(get("/health").await, 200);
    // An HTTP API's authoriser comes first.
    assert_eq!(get("/me").await, if gateway == "rest" { 403 } else { 401 });

    let unchanged = said(&run(&stack, &[&["diff"][..], &options].concat()));
    assert!(unchanged.contains("Number of stacks with differences: 0"), "{unchanged}");

    // Its data outlives it, and it goes only if that is meant.
    let table = Table::new(aws_sdk_dynamodb::Client::new(&config), output("TableName"));
    let key = Key { pk: "KEPT".into(), sk: "KEPT".into() };
    table.put_raw(RawItem::new(key.clone())).await.expect("written");
    let refused = run(&stack, &[&["destroy"][..], &STAGE].concat());
    assert!(!refused.status.success() && said(&refused).contains("--production"), "{}", said(&refused));
    assert_eq!(get("/health").await, 200, "nothing was removed");
    succeeded(&run(&stack, &[&["destroy", "--production"][..], &STAGE].concat()));
    assert_ne!(get("/health").await, 200, "the functions are gone");
    assert!(table.raw_item(key).await.expect("the table is there").is_some(), "the data is not");
}
