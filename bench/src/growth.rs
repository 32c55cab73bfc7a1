//! `growth`: what requests cost when chats are 10 and 100 times as long and patients have 10 and 100 times as many.

use anyhow::{Context as _, Result};
use domain::ids::PatientId;

use crate::calls;
use crate::figures::Section;
use crate::scenarios::{self, Scenario};
use crate::setup::Setup;
use crate::tap::Tap;
use crate::world::{LETTER, NOTE, World};

/// Entries of a chat.
pub(crate) const ENTRIES: [u32; 3] = [50, 500, 5_000];
/// Chats of a patient.
pub(crate) const CHATS: [u32; 3] = [30, 300, 3_000];
/// The route whose reads are bounded as chats grow.
pub(crate) fn open_subject(entries: u32) -> String {
    format!("list-messages: {entries} letters of 1 KB in the chat")
}

pub(crate) fn measure(setup: &Setup, world: &World, section: &mut Section) -> Result<()> {
    let tap = Tap::open(world.endpoint())?;
    let mut one = |name: String, function: &'static str, events: Vec<serde_json::Value>| {
        let scenario = Scenario { name, function, events, records: 0 };
        calls::one(setup, world, &tap, &scenario, section).with_context(|| scenario.name.clone())
    };
    for entries in ENTRIES {
        let id = world.conversation(entries, LETTER)?.id;
        let open = vec![scenarios::open(world, "patient-a", id)?, scenarios::open(world, "patient-a", id)?];
        one(open_subject(entries), "list-messages", open)?;
        let send = || scenarios::send(world, "patient-a", id, LETTER);
        one(format!("send-message: {entries} letters of 1 KB in the chat"), "send-message", vec![send()?, send()?])?;
        let read = |up_to| scenarios::mark_read(world, "patient-a", id, up_to);
        one(format!("mark-read: {entries} letters of 1 KB in the chat"), "mark-read", vec![read(1)?, read(4)?])?;
    }
    for chats in CHATS {
        let patient: PatientId = format!("01900000-0000-7000-8000-0000000b{chats:04}").parse()?;
        world.patient(patient)?;
        for _ in 0..chats {
            let head = world.conversation_of(patient, 1, NOTE)?;
            world.read(&head, "clinician-a")?;
        }
        let list = || scenarios::list(world, "clinician-a", &patient.to_string());
        one(format!("list-conversations: {chats} chats of the patient"), "list-conversations", vec![list()?, list()?])?;
    }
    Ok(())
}
