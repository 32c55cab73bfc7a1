//! The running stack for one test, and whose turn it is on it.

use std::ops::Deref;

use tokio::sync::{OnceCell, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::deployment::Deployment;
use crate::http::Client;
use crate::{published, tokens};

/// Tests run side by side, but for those that load the stack so much that others would miss their deadlines.
static TURN: RwLock<()> = RwLock::const_new(());

/// From the first test on, everybody is told of news, and what is published is kept for the test of privacy.
static LISTENING: OnceCell<()> = OnceCell::const_new();

/// A running stack, for one test.
#[derive(Debug)]
pub struct Stack {
    deployment: Deployment,
    _turn: Turn,
}

#[derive(Debug)]
enum Turn {
    Together(#[expect(dead_code, reason = "held until the test ends")] RwLockReadGuard<'static, ()>),
    Alone(#[expect(dead_code, reason = "held until the test ends")] RwLockWriteGuard<'static, ()>),
}

impl Stack {
    /// The running stack, beside other tests.
    pub async fn together() -> Self {
        Self::on(Turn::Together(TURN.read().await)).await
    }

    /// The running stack, while no other test runs.
    pub async fn alone() -> Self {
        Self::on(Turn::Alone(TURN.write().await)).await
    }

    async fn on(turn: Turn) -> Self {
        let deployment = Deployment::read();
        LISTENING.get_or_init(|| published::everybody_listens(&deployment)).await;
        Self { deployment, _turn: turn }
    }

    /// A demo account, signed in.
    pub async fn person(&self, account: &str) -> Client {
        self.bearer(&tokens::of(self, account).await)
    }
}

impl Deref for Stack {
    type Target = Deployment;

    fn deref(&self) -> &Deployment {
        &self.deployment
    }
}
