//! The two applications' pages in AWS: built, uploaded to their bucket, and fetched anew by CloudFront.

use anyhow::{Context, Result};

use crate::{
    stack::{
        aws::Cloud,
        deployment::Outputs,
        web::{self, App},
    },
    tool::{
        exec,
        paths::{self, State},
    },
};

/// Puts both applications where a stack serves them from; one that leaves that to others has no such place.
pub(crate) fn publish(state: &State, cloud: &Cloud, outputs: &Outputs) -> Result<()> {
    let Some(bucket) = outputs.get("PagesBucketName") else { return Ok(()) };
    web::build()?;
    for app in App::ALL {
        // The stack's outputs are named after the app.
        let prefix = match app {
            App::Portal => "Portal",
            App::Clinic => "Clinic",
        };
        let app = app.name();
        let output = |name: &str| {
            let name = format!("{prefix}{name}");
            outputs.get(&name).with_context(|| format!("the stack has no output {name}"))
        };
        let folder = paths::root().join("web/dist").join(app);
        let (config, distribution) = (output("Config")?, output("DistributionId")?);
        let mut upload = cloud.python(&["publish", &folder.to_string_lossy(), bucket, app, config, distribution]);
        exec::logged(&format!("Publishing the {app}"), &mut upload, &state.log(&format!("publish-{app}"))?)?;
    }
    Ok(())
}
