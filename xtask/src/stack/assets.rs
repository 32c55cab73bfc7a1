//! The bucket that CDK uploads to in a region: made on an emulator, expected on AWS.

use anyhow::{Context, Result, bail};

use crate::stack::aws::{Cloud, is_missing};

/// Sees to it that the bucket is there, in the configured region unless another one is named.
pub(crate) fn expect_bucket(cloud: &Cloud, region: Option<&str>) -> Result<()> {
    let region = region.map_or_else(|| cloud.region(), |region| Ok(region.to_owned()))?;
    let identity = cloud.ask(&["sts", "get-caller-identity"])?;
    let account = identity["Account"].as_str().context("AWS does not say which account this is")?;
    let bucket = format!("cdk-hnb659fds-assets-{account}-{region}");
    match cloud.ask(&["s3api", "head-bucket", "--bucket", &bucket, "--region", &region]) {
        Ok(_) => Ok(()),
        Err(error) if !is_missing(&error) => Err(error),
        Err(_) if cloud.is_emulator() => {
            cloud.ask(&["s3api", "create-bucket", "--bucket", &bucket, "--region", &region]).map(|_| ())
        }
        Err(_) => bail!(
            "account {account} is not prepared for CDK in {region}; run once:\n  \
             infra/node_modules/.bin/cdk bootstrap aws://{account}/{region}"
        ),
    }
}
