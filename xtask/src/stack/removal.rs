//! Removing a deployment; of production, everything but the data.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{
    stack::{
        aws::{Cloud, stack_name},
        deployment::{EDGE_REGION, PRODUCTION},
    },
    tool::{exec, paths::State},
};

/// Removes the stacks of a stage. Whether it is production is read from the deployed template, too: its table is kept there.
pub(crate) fn remove_stage(state: &State, cloud: &Cloud, of: &str, production: bool) -> Result<()> {
    if of == PRODUCTION && !production {
        bail!(
            "{of} is for real patients: `--production` says that you mean it. Its table and images stay in any case."
        );
    }
    let name = stack_name(of);
    let outputs = cloud.outputs(&name)?;
    let output = |of: &str| outputs.get(of).map(String::as_str);
    let holdings = Holdings::of(&template(cloud, &name)?);
    if holdings.is_production {
        ensure!(
            production,
            "{name} is for real patients: --production says that you mean it. Its table and images stay in any case."
        );
        let lost = holdings.lost.join(", ");
        ensure!(lost.is_empty(), "{name} would take data with it ({lost}); nothing was removed");
        let protection = ["cloudformation", "update-termination-protection", "--no-enable-termination-protection"];
        cloud.ask(&[&protection[..], &["--stack-name", &name]].concat())?;
    }
    // A bucket with something in it can't be deleted.
    let images =
        (!holdings.is_production).then(|| output("BucketName").context("the stack has no bucket")).transpose()?;
    let log = state.log("destroy")?;
    for bucket in output("PagesBucketName").into_iter().chain(images) {
        let mut empty = cloud.aws(&["s3", "rm", &format!("s3://{bucket}"), "--recursive"]);
        exec::logged(&format!("Emptying {bucket}"), &mut empty, &log)?;
    }
    let region = cloud.region()?;
    remove(state, cloud, &name, &region)?;
    if holdings.is_production && output("PagesBucketName").is_some() {
        remove(state, cloud, &format!("{name}-edge"), EDGE_REGION)?;
    }
    if holdings.is_production {
        let (table, bucket) =
            (output("TableName").unwrap_or("the table"), output("BucketName").unwrap_or("the bucket"));
        println!("Kept: {table}, {bucket}, the failure queue, the key, the secrets and the logs");
    }
    Ok(())
}

/// The template as it was deployed.
fn template(cloud: &Cloud, name: &str) -> Result<Value> {
    let asked = ["cloudformation", "get-template", "--stack-name", name, "--template-stage", "Original"];
    match cloud.ask(&asked)?["TemplateBody"].take() {
        Value::String(text) => serde_json::from_str(&text).context("the deployed template is no JSON"),
        template => Ok(template),
    }
}

/// What holds data in a deployed stack, as its template says.
#[derive(Debug, PartialEq, Eq)]
struct Holdings {
    /// Its table outlives it.
    is_production: bool,
    /// What holds data and would not outlive it.
    lost: Vec<String>,
}

/// What must outlive a production stack.
const DATA: [&str; 5] =
    ["AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"];

/// The one bucket without data: the built pages.
const PAGES_BUCKET: &str = "PagesFiles";

impl Holdings {
    fn of(template: &Value) -> Self {
        let resources = template["Resources"].as_object().into_iter().flatten();
        let data = resources.filter(|(_, resource)| DATA.iter().any(|kind| resource["Type"] == *kind));
        let (kept, lost): (Vec<_>, Vec<_>) = data.partition(|(_, resource)| resource["DeletionPolicy"] == "Retain");
        let lost = lost.into_iter().map(|(name, _)| name.clone()).filter(|name| !name.starts_with(PAGES_BUCKET));
        Self {
            is_production: kept.iter().any(|(_, resource)| resource["Type"] == "AWS::DynamoDB::Table"),
            lost: lost.collect(),
        }
    }
}

/// Deletes a stack and waits for its end.
fn remove(state: &State, cloud: &Cloud, name: &str, region: &str) -> Result<()> {
    let of = ["--stack-name", name, "--region", region];
    cloud.ask(&[&["cloudformation", "delete-stack"][..], &of].concat())?;
    let mut wait = cloud.aws(&[&["cloudformation", "wait", "stack-delete-complete"][..], &of].concat());
    exec::logged(&format!("Removing {name}"), &mut wait, &state.log("destroy")?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(table_policy: &str, bucket: &str, bucket_policy: &str) -> Value {
        json!({"Resources": {
            "Table": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": table_policy},
            bucket: {"Type": "AWS::S3::Bucket", "DeletionPolicy": bucket_policy},
            "Function": {"Type": "AWS::Lambda::Function"},
        }})
    }

    #[test]
    fn production_is_a_stack_whose_table_is_kept() {
        let kept = Holdings::of(&template("Retain", "Images1", "Retain"));
        assert_eq!(kept, Holdings { is_production: true, lost: Vec::new() });
        assert!(!Holdings::of(&template("Delete", "Images1", "Delete")).is_production);
    }

    #[test]
    fn what_would_be_lost_is_named_but_for_the_pages() {
        assert_eq!(Holdings::of(&template("Retain", "Images1", "Delete")).lost, ["Images1"]);
        assert_eq!(Holdings::of(&template("Retain", "PagesFiles1", "Delete")).lost, Vec::<String>::new());
    }
}
