//! For which message of a conversation it was last decided whether to tell a recipient.

use super::items::{self, CursorItem};
use super::table::{Condition, Table, retry_conflicts};
use super::{StoreError, schema};
use domain::entry::Number;
use domain::ids::{ConversationId, UserId};

impl Table {
    /// The last message that was decided for, for a person or, without one, for the pool; 0 for none.
    pub async fn noticed(&self, id: ConversationId, user: Option<&UserId>) -> Result<Number, StoreError> {
        let item = self.get(schema::noticed(id, user), true).await?;
        Ok(item.map(|item| items::body::<CursorItem>("notice", item)).transpose()?.map_or(0, |noticed| noticed.n))
    }

    /// Keeps that it was decided for a message; never goes back. Tries long, because a decision that is not
    /// kept is made again, and the recipient told twice.
    pub async fn keep_noticed(
        &self,
        id: ConversationId,
        user: Option<&UserId>,
        up_to: Number,
    ) -> Result<(), StoreError> {
        retry_conflicts(|| async {
            let item = items::item(schema::noticed(id, user), None, &CursorItem { n: up_to })?;
            let before = Condition(schema::CURSOR_BEFORE, vec![(":n", up_to)]);
            self.put(item, Some(before)).await.map(|_| ())
        })
        .await
    }
}
