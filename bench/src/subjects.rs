//! What is measured closely: the routes that carry the load, each beside the bare calls of the same request and, where
//! there is one, its twin in Node.js.

use std::rc::Rc;

use anyhow::Result;
use domain::ids::ConversationId;
use serde_json::Value;
use shared::store::schema;

use crate::sandbox::Program;
use crate::scenarios;
use crate::setup::Setup;
use crate::world::{LETTER, NOTE, PATIENT, World, user};

/// Makes the next event for a program.
type Events<'a> = Rc<dyn Fn() -> Result<Value> + 'a>;

/// A program with the events that it is fed.
#[derive(Clone)]
pub(crate) struct Subject<'a> {
    pub(crate) name: String,
    pub(crate) program: Program,
    pub(crate) event: Events<'a>,
    /// The same request as nothing but its calls to AWS.
    pub(crate) bare: Option<Box<Subject<'a>>>,
    /// The same request in Node.js.
    pub(crate) node: Option<Box<Subject<'a>>>,
}

/// The smallest function of the same runtime library.
pub(crate) fn minimal<'a>(setup: &Setup, world: &'a World) -> Result<Subject<'a>> {
    let program = setup.baseline("minimal", world, &[])?;
    let event: Events = Rc::new(|| scenarios::list(world, "patient-a", PATIENT));
    Ok(Subject { name: "minimal".to_owned(), program, event, bare: None, node: None })
}

/// Our routes.
pub(crate) fn ours<'a>(setup: &Setup, world: &'a World) -> Result<Vec<Subject<'a>>> {
    for _ in 0..30 {
        let head = world.conversation(2, NOTE)?;
        world.read(&head, "patient-a")?;
    }
    let (letters, notes) = (world.conversation(50, LETTER)?, world.conversation(50, NOTE)?);
    // Each program writes in a chat of its own, so that none finds what another has left.
    let [chat, bare_chat, node_chat] = [(); 3].map(|()| world.conversation(2, LETTER));
    let (chat, bare_chat, node_chat) = (chat?, bare_chat?, node_chat?);
    let (short_chat, bare_short_chat) = (world.conversation(2, NOTE)?, world.conversation(2, NOTE)?);
    let list: Events = Rc::new(|| scenarios::list(world, "patient-a", PATIENT));
    let sends = |id| -> Events<'a> { Rc::new(move || scenarios::send(world, "patient-a", id, LETTER)) };
    let notes_in = |id| -> Events<'a> { Rc::new(move || scenarios::send(world, "patient-a", id, NOTE)) };
    let opens = |id| -> Events<'a> { Rc::new(move || scenarios::open(world, "patient-a", id)) };
    let cursors = schema::read_cursors(PATIENT.parse()?, &user("patient-a")?);
    let told = |id: ConversationId| {
        let told = [("BENCH_CONVERSATION", id.to_string()), ("BENCH_PATIENT", PATIENT.to_owned())];
        [told.as_slice(), &[("BENCH_CURSORS", cursors.clone())]].concat()
    };
    let beside = |name: &str, program: Program, event: &Events<'a>| {
        Some(Box::new(Subject { name: name.to_owned(), program, event: event.clone(), bare: None, node: None }))
    };
    let mut subjects = Vec::new();
    for (function, name, event, bare_event, node_event, bare_of) in [
        (
            "send-message",
            "send-message: 1 KB",
            sends(chat.id),
            sends(bare_chat.id),
            Some(sends(node_chat.id)),
            bare_chat.id,
        ),
        (
            "send-message",
            "send-message: short",
            notes_in(short_chat.id),
            notes_in(bare_short_chat.id),
            None,
            bare_short_chat.id,
        ),
        ("list-conversations", "list-conversations: 25 chats", list.clone(), list.clone(), Some(list.clone()), chat.id),
        (
            "list-messages",
            "list-messages: 50 short entries",
            opens(notes.id),
            opens(notes.id),
            Some(opens(notes.id)),
            notes.id,
        ),
        ("list-messages", "list-messages: 50 letters of 1 KB", opens(letters.id), opens(letters.id), None, letters.id),
    ] {
        let bare = setup.baseline(&format!("bare-{function}"), world, &told(bare_of))?;
        let node = node_event.map(|event| anyhow::Ok((setup.node(function, world)?, event))).transpose()?;
        subjects.push(Subject {
            name: name.to_owned(),
            program: setup.function(function, world, world.endpoint())?,
            event,
            bare: beside(&format!("bare {name}"), bare, &bare_event),
            node: node.and_then(|(program, event)| beside(&format!("Node.js {name}"), program, &event)),
        });
    }
    let (function, id) = ("mark-read", chat.id);
    subjects.push(Subject {
        name: function.to_owned(),
        program: setup.function(function, world, world.endpoint())?,
        event: Rc::new(move || scenarios::mark_read(world, "patient-a", id, 2)),
        bare: None,
        node: None,
    });
    Ok(subjects)
}
