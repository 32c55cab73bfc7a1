//! The settings as a warm function keeps them: read again when they are older than half a minute.
//!
//! Their age is taken from the time of day: a process's own clock stands still while Lambda has it frozen.

use std::time::Duration;

use tokio::sync::Mutex;

use super::{StoreError, Table};
use domain::Timestamp;
use domain::settings::Settings;

/// How long settings may be kept: an administrator's change is noticed within a minute everywhere.
const KEPT: Duration = Duration::from_secs(30);

/// Settings that were read before, if they are not too old.
#[derive(Debug, Default)]
pub struct CachedSettings(Mutex<Option<(Timestamp, Settings)>>);

impl CachedSettings {
    /// The settings, read from the table only where none are kept or they are too old.
    pub async fn get(&self, table: &Table, now: Timestamp) -> Result<Settings, StoreError> {
        let mut held = self.0.lock().await;
        if let Some((read_at, settings)) = held.as_ref()
            && (*read_at..*read_at + KEPT).contains(&now)
        {
            return Ok(settings.clone());
        }
        let settings = table.settings().await?;
        *held = Some((now, settings.clone()));
        Ok(settings)
    }
}
