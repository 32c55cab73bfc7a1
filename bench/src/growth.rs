//! `growth`: the cost of requests where conversations are 10 and 100 times as long, and patients have 10 and 100 times as
//! many.

use anyhow::{Context as _, Result};
use domain::ids::PatientId;
use serde_json::Value;

use crate::calls;
use crate::figures::Section;
use crate::scenarios::{self, Scenario};
use crate::setup::Setup;
use crate::tap::Tap;
use crate::world::{LONG_TEXT, SHORT_TEXT, World};

/// Messages of a conversation.
pub(crate) const MESSAGES: [u32; 3] = [50, 500, 5_000];
/// Conversations of a patient.
const CONVERSATIONS: [u32; 3] = [30, 300, 3_000];

/// The scenario whose read units are bounded as conversations grow.
pub(crate) fn open_name(messages: u32) -> String {
    format!("list-messages: {messages} messages of 1 KB in the conversation")
}

pub(crate) fn measure(setup: &Setup, world: &World, section: &mut Section) -> Result<()> {
    let tap = Tap::open(world.endpoint())?;
    let mut one = |name: String, events: [Value; 2]| {
        let scenario = Scenario { name, events: events.into(), records: 0 };
        calls::one(setup, world, &tap, &scenario, section).with_context(|| scenario.name.clone())
    };
    for messages in MESSAGES {
        let id = world.conversation(messages, LONG_TEXT)?.id;
        let open = || scenarios::open(world, "patient-a", id);
        one(open_name(messages), [open()?, open()?])?;
        let send = || scenarios::send(world, "patient-a", id, LONG_TEXT);
        one(format!("send-message: {messages} messages of 1 KB in the conversation"), [send()?, send()?])?;
        let read = |up_to| scenarios::mark_read(world, "patient-a", id, up_to);
        one(format!("mark-read: {messages} messages of 1 KB in the conversation"), [read(1)?, read(4)?])?;
    }
    for conversations in CONVERSATIONS {
        let patient: PatientId = format!("01900000-0000-7000-8000-0000000b{conversations:04}").parse()?;
        world.patient(patient)?;
        for _ in 0..conversations {
            let head = world.conversation_of(patient, 1, SHORT_TEXT)?;
            world.mark_read(&head, "clinician-a")?;
        }
        let list = || scenarios::list(world, "clinician-a", &patient.to_string());
        one(format!("list-conversations: {conversations} conversations of the patient"), [list()?, list()?])?;
    }
    Ok(())
}
