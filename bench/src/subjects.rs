//! The routes that carry the load, measured closely, each beside the bare AWS calls of the same request.

use std::rc::Rc;

use anyhow::Result;
use domain::ids::ConversationId;
use serde_json::Value;
use shared::store::schema;

use crate::sandbox::Program;
use crate::scenarios::{self, LIST, MARK_READ, OPEN, OPEN_SHORT, SEND, SEND_SHORT};
use crate::setup::Setup;
use crate::world::{LONG_TEXT, PATIENT, SHORT_TEXT, World, user};

/// Makes the next event for a program.
type Events<'a> = Rc<dyn Fn() -> Result<Value> + 'a>;

/// A program with its events.
pub(crate) struct Subject<'a> {
    pub(crate) name: String,
    pub(crate) program: Program,
    pub(crate) event: Events<'a>,
    /// The same request as nothing but its calls to AWS.
    pub(crate) bare: Option<Box<Subject<'a>>>,
}

/// The smallest function of the same runtime library.
pub(crate) fn minimal<'a>(setup: &Setup, world: &'a World) -> Result<Subject<'a>> {
    let program = setup.baseline("minimal", world, &[])?;
    let event: Events = Rc::new(|| scenarios::list(world, "patient-a", PATIENT));
    Ok(Subject { name: "minimal".to_owned(), program, event, bare: None })
}

/// The routes.
pub(crate) fn routes<'a>(setup: &Setup, world: &'a World) -> Result<Vec<Subject<'a>>> {
    for _ in 0..30 {
        let head = world.conversation(2, SHORT_TEXT)?;
        world.mark_read(&head, "patient-a")?;
    }
    let (long, short) = (world.conversation(50, LONG_TEXT)?.id, world.conversation(50, SHORT_TEXT)?.id);
    // Each program writes in a conversation of its own, so that none finds what another has left.
    let own = |text| anyhow::Ok([world.conversation(2, text)?.id, world.conversation(2, text)?.id]);
    let ([ours, bare], [ours_short, bare_short]) = (own(LONG_TEXT)?, own(SHORT_TEXT)?);
    let list: Events = Rc::new(|| scenarios::list(world, "patient-a", PATIENT));
    let open = |id| -> Events<'a> { Rc::new(move || scenarios::open(world, "patient-a", id)) };
    let send = |id| -> Events<'a> { Rc::new(move || scenarios::send(world, "patient-a", id, LONG_TEXT)) };
    let send_short = |id| -> Events<'a> { Rc::new(move || scenarios::send(world, "patient-a", id, SHORT_TEXT)) };
    let cursors = schema::read_cursors(PATIENT.parse()?, &user("patient-a")?);
    let environment = |id: ConversationId| {
        let variables = [("BENCH_CONVERSATION", id.to_string()), ("BENCH_PATIENT", PATIENT.to_owned())];
        [variables.as_slice(), &[("BENCH_CURSORS", cursors.clone())]].concat()
    };
    let mut subjects = Vec::new();
    for (name, event, bare_event, bare_id) in [
        (SEND, send(ours), send(bare), bare),
        (SEND_SHORT, send_short(ours_short), send_short(bare_short), bare_short),
        (LIST, list.clone(), list, ours),
        (OPEN_SHORT, open(short), open(short), short),
        (OPEN, open(long), open(long), long),
    ] {
        let function = scenarios::function(name);
        let bare = Subject {
            name: format!("bare {name}"),
            program: setup.baseline(&format!("bare-{function}"), world, &environment(bare_id))?,
            event: bare_event,
            bare: None,
        };
        subjects.push(Subject {
            name: name.to_owned(),
            program: setup.function(function, world, world.endpoint())?,
            event,
            bare: Some(Box::new(bare)),
        });
    }
    subjects.push(Subject {
        name: MARK_READ.to_owned(),
        program: setup.function(MARK_READ, world, world.endpoint())?,
        event: Rc::new(move || scenarios::mark_read(world, "patient-a", ours, 2)),
        bare: None,
    });
    Ok(subjects)
}
