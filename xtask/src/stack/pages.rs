//! The two applications' pages in AWS: built, uploaded to their bucket, and fetched anew by CloudFront.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};

use crate::{
    stack::{
        aws::{Cloud, Outputs},
        web::{self, App},
    },
    tool::{
        exec,
        paths::{self, State},
        stamp::files_below,
    },
};

/// A start page names files of its own build: it comes last, when they are there.
const START_PAGE: &str = "index.html";

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
        let place = Place { state, cloud, url: format!("s3://{bucket}/{app}"), app };
        place.upload(output("Config")?)?;
        place.fetch_anew(output("DistributionId")?)?;
    }
    Ok(())
}

/// How a file is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Served {
    content_type: &'static str,
    cache_control: &'static str,
}

impl Served {
    /// How a file of a build is served, by its name.
    fn of(name: &str) -> Result<Self> {
        let extension = Path::new(name).extension().unwrap_or_default();
        let content_type = match extension.to_str().unwrap_or_default() {
            "css" => "text/css",
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript",
            "json" => "application/json",
            "svg" => "image/svg+xml",
            "woff2" => "font/woff2",
            _ => anyhow::bail!("it is not known how {name} is served"),
        };
        // Under assets/ a file's name holds a hash of its content.
        let immutable = name.starts_with("assets/");
        let cache_control = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        Ok(Self { content_type, cache_control })
    }
}

/// The files of a build but for its start page, by how they are served.
fn sorted(names: Vec<String>) -> Result<BTreeMap<Served, Vec<String>>> {
    let mut sorted = BTreeMap::<Served, Vec<String>>::new();
    for name in names.into_iter().filter(|name| name != START_PAGE) {
        sorted.entry(Served::of(&name)?).or_default().push(name);
    }
    Ok(sorted)
}

/// Where an application is served from.
struct Place<'a> {
    state: &'a State,
    cloud: &'a Cloud,
    url: String,
    app: &'a str,
}

impl Place<'_> {
    /// Uploads the configuration and every file of the build. Files of earlier builds stay: an open page still loads its
    /// parts.
    fn upload(&self, config: &str) -> Result<()> {
        let log = self.state.log(&format!("publish-{}", self.app))?;
        let folder = paths::root().join("web/dist").join(self.app);
        let to = |name: &str| format!("{}/{name}", self.url);
        let mut copy =
            self.copy("-", &to("config.json"), Served { cache_control: "no-store", ..Served::of("config.json")? });
        exec::fed(&format!("Publishing the configuration of the {}", self.app), &mut copy, config, &log)?;

        let files = files_below(&folder)?;
        let names =
            files.iter().filter_map(|file| Some(file.strip_prefix(&folder).ok()?.to_string_lossy().into_owned()));
        for (served, names) in sorted(names.collect())? {
            let mut copy = self.copy(&folder.to_string_lossy(), &self.url, served);
            copy.args(["--recursive", "--exclude", "*"]);
            for name in &names {
                copy.args(["--include", name]);
            }
            exec::logged(&format!("Publishing {} of the {}", served.content_type, self.app), &mut copy, &log)?;
        }
        let start_page = folder.join(START_PAGE);
        let mut copy = self.copy(&start_page.to_string_lossy(), &to(START_PAGE), Served::of(START_PAGE)?);
        exec::logged(&format!("Publishing the {}", self.app), &mut copy, &log)
    }

    fn copy(&self, from: &str, to: &str, served: Served) -> std::process::Command {
        let Served { content_type, cache_control } = served;
        let how = ["--content-type", content_type, "--cache-control", cache_control, "--no-progress"];
        self.cloud.aws(&[&["s3", "cp", from, to][..], &how].concat())
    }

    /// Lets CloudFront forget what it kept of the former build.
    fn fetch_anew(&self, distribution: &str) -> Result<()> {
        let invalidate = ["cloudfront", "create-invalidation", "--distribution-id", distribution, "--paths", "/*"];
        self.cloud.ask(&invalidate).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_sorted_by_how_they_are_served_and_the_start_page_waits() {
        let names = ["assets/a-1.js", "assets/b-2.js", "assets/c.woff2", "icon.svg", "index.html"].map(str::to_owned);
        let sorted = sorted(names.to_vec()).expect("known kinds");
        let found: Vec<_> = sorted.iter().map(|(served, names)| (served.content_type, names.join(" "))).collect();
        assert_eq!(
            found,
            [
                ("font/woff2", "assets/c.woff2".to_owned()),
                ("image/svg+xml", "icon.svg".to_owned()),
                ("text/javascript", "assets/a-1.js assets/b-2.js".to_owned()),
            ]
        );
        let cache_control = |name| Served::of(name).expect("a known kind").cache_control;
        assert!(cache_control("assets/a-1.js").contains("immutable"));
        assert_eq!(cache_control("index.html"), "no-cache");
        assert!(Served::of("photo.xcf").is_err(), "an unknown kind is not guessed");
    }
}
