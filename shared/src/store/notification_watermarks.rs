//! Notification watermarks in the table: up to which message it is decided whether to notify a recipient.

use super::items::{self, CursorItem};
use super::table::{Condition, Table, retry_conflicts};
use super::{StoreError, schema};
use domain::ids::{ConversationId, EntryNumber, UserId};

impl Table {
    /// The notification watermark of a user or, without one, of the pool; 0 for none.
    pub async fn notification_watermark(
        &self,
        id: ConversationId,
        user: Option<&UserId>,
    ) -> Result<EntryNumber, StoreError> {
        let item = self.get(schema::notification_watermark(id, user), true).await?;
        let item = item.map(|item| items::body::<CursorItem>("notice", item)).transpose()?;
        Ok(item.map_or(0, |watermark| watermark.n))
    }

    /// Raises a notification watermark; never lowers it. Tries long: a decision that is not stored is made again, and
    /// the recipient notified twice.
    pub async fn raise_notification_watermark(
        &self,
        id: ConversationId,
        user: Option<&UserId>,
        up_to: EntryNumber,
    ) -> Result<(), StoreError> {
        retry_conflicts(|| async {
            let item = items::item(schema::notification_watermark(id, user), None, &CursorItem { n: up_to })?;
            let before = Condition(schema::CURSOR_BEFORE, vec![(":n", up_to)]);
            self.put(item, Some(before)).await.map(|_| ())
        })
        .await
    }
}
