//! The figures: sections by kind, in them figures by subject, kept in `docs/performance.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

/// The kinds of figures. `sizes` and `calls` take seconds, `instructions` and `cold` minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Calls,
    Instructions,
    Sizes,
    Cold,
    Load,
    Growth,
    Cost,
    Build,
}

impl Kind {
    /// All kinds. `cost` is made of other kinds' figures and comes after them.
    pub(crate) const ALL: [Self; 8] =
        [Self::Calls, Self::Instructions, Self::Sizes, Self::Cold, Self::Load, Self::Growth, Self::Cost, Self::Build];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Instructions => "instructions",
            Self::Sizes => "sizes",
            Self::Cold => "cold",
            Self::Load => "load",
            Self::Growth => "growth",
            Self::Cost => "cost",
            Self::Build => "build",
        }
    }
}

/// One figure: a number, or the spread of several rounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Figure {
    Number(f64),
    Spread { median: f64, lowest: f64, highest: f64 },
}

impl Figure {
    /// The spread of several rounds.
    pub(crate) fn of(rounds: &[f64]) -> Self {
        let mut sorted = rounds.to_vec();
        sorted.sort_by(f64::total_cmp);
        match (sorted.first(), sorted.get(sorted.len() / 2), sorted.last()) {
            (Some(lowest), Some(median), Some(highest)) => {
                Self::Spread { median: rounded(*median), lowest: rounded(*lowest), highest: rounded(*highest) }
            }
            _ => Self::Number(f64::NAN),
        }
    }

    /// The number, or the median.
    pub(crate) fn value(self) -> f64 {
        match self {
            Self::Number(value) | Self::Spread { median: value, .. } => value,
        }
    }
}

/// Figures of one subject by name, which holds the unit.
pub(crate) type Figures = BTreeMap<String, Figure>;

/// Where and with what a section was measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct About {
    /// The day.
    pub(crate) on: String,
    /// The processor's kind.
    pub(crate) processor: String,
    /// Processors of the machine.
    pub(crate) processors: usize,
    /// The machine's load average over a minute, before and after.
    pub(crate) load: [f64; 2],
    /// The tools' versions.
    pub(crate) tools: BTreeMap<String, String>,
}

/// The figures of one kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) about: About,
    pub(crate) figures: BTreeMap<String, Figures>,
}

impl Section {
    /// Adds a figure, if it is known: see `read_units`.
    pub(crate) fn set(&mut self, subject: &str, figure: &str, value: f64) {
        if value.is_finite() {
            self.put(subject, figure, Figure::Number(rounded(value)));
        }
    }

    /// Adds a figure of either form.
    pub(crate) fn put(&mut self, subject: &str, figure: &str, value: Figure) {
        self.figures.entry(subject.to_owned()).or_default().insert(figure.to_owned(), value);
    }

    /// A figure's value.
    pub(crate) fn get(&self, subject: &str, figure: &str) -> Option<f64> {
        Some(self.figures.get(subject)?.get(figure)?.value())
    }
}

/// All sections measured so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Results(pub(crate) BTreeMap<Kind, Section>);

impl Results {
    /// Reads a file; no sections where there is none.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let text = format!("{}\n", serde_json::to_string_pretty(self)?);
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    pub(crate) fn section(&self, kind: Kind) -> Option<&Section> {
        self.0.get(&kind)
    }

    /// A figure's value.
    pub(crate) fn get(&self, kind: Kind, subject: &str, figure: &str) -> Option<f64> {
        self.section(kind)?.get(subject, figure)
    }
}

/// Three decimals: finer differences are noise. An empty sum is 0, not -0.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0 + 0.0
}

/// A count as a figure.
pub(crate) fn number(count: impl TryInto<u64>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no count here is beyond 2^53")]
    count.try_into().map_or(f64::NAN, |count: u64| count as f64)
}

/// A time in milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_have_a_median_and_a_spread() {
        let figure = Figure::of(&[3.0, 1.0, 2.00049]);
        assert_eq!(figure, Figure::Spread { median: 2.0, lowest: 1.0, highest: 3.0 });
        let text = serde_json::to_string(&[figure, Figure::Number(7.0)]).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Figure>>(&text).unwrap(), [figure, Figure::Number(7.0)]);
    }
}
