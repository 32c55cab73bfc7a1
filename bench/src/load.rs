//! `load`: 1 and 16 writers at once, each in a sandbox of its own as on Lambda, into one conversation and into 16. The
//! emulator is one process: its times compare with each other only. Calls and units do not depend on it.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use serde_json::Value;

use crate::figures::{Section, milliseconds, number};
use crate::sandbox::{Program, Sandbox};
use crate::scenarios;
use crate::setup::Setup;
use crate::tap::Tap;
use crate::world::{LONG_TEXT, World};

/// Messages of each writer.
const MESSAGES: usize = 20;
/// Writers and conversations.
const COMBINATIONS: [(usize, usize); 4] = [(1, 1), (1, 16), (16, 1), (16, 16)];

/// The responses to one writer.
struct Written {
    times: Vec<Duration>,
    stored: usize,
    busy: usize,
}

pub(crate) fn measure(setup: &Setup, world: &World, section: &mut Section) -> Result<()> {
    let tap = Tap::metering(world.endpoint())?;
    let program = setup.function("send-message", world, &tap.url)?;
    for (writers, conversations) in COMBINATIONS {
        let ids: Vec<_> =
            (0..conversations).map(|_| Ok(world.conversation(1, LONG_TEXT)?.id)).collect::<Result<_>>()?;
        let mut events = Vec::new();
        for writer in 0..writers {
            // One more, which warms the function up. A single writer takes all conversations in turn.
            let turn = |message| if writers == 1 { message } else { writer };
            let ids = (0..=MESSAGES).map(|message| ids[turn(message) % conversations]);
            let own: Vec<Value> =
                ids.map(|id| scenarios::send(world, "patient-a", id, LONG_TEXT)).collect::<Result<_>>()?;
            events.push(own);
        }
        tap.take();
        let barrier = Barrier::new(writers + 1);
        let (written, time) = thread::scope(|scope| -> Result<_> {
            let threads: Vec<_> =
                events.iter().map(|events| scope.spawn(|| write(&program, events, &barrier))).collect();
            barrier.wait();
            tap.take();
            let begun = Instant::now();
            let written: Result<Vec<Written>> =
                threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a writer panicked"))?).collect();
            Ok((written?, begun.elapsed()))
        })?;
        let cost = tap.take();
        let stored: usize = written.iter().map(|written| written.stored).sum();
        ensure!(stored > 0, "nothing was stored");
        let mut times: Vec<f64> =
            written.iter().flat_map(|written| &written.times).copied().map(milliseconds).collect();
        times.sort_by(f64::total_cmp);
        let name = format!("{writers} writers, {conversations} conversations");
        section.set(&name, "messages stored", number(stored));
        section.set(&name, "responses of 503", number(written.iter().map(|written| written.busy).sum::<usize>()));
        section.set(&name, "AWS calls per message stored", number(cost.calls) / number(stored));
        section.set(&name, "write units per message stored", cost.write_units / number(stored));
        section.set(&name, "messages a second", number(stored) / time.as_secs_f64());
        section.set(&name, "median, ms", times[times.len() / 2]);
        section.set(&name, "99th percentile, ms", times[(times.len() - 1) * 99 / 100]);
    }
    Ok(())
}

fn write(program: &Program, events: &[Value], barrier: &Barrier) -> Result<Written> {
    // Also after an error, so that the others do not wait forever.
    let begun = Sandbox::start(program).and_then(|mut function| {
        function.invoke(&events[0])?;
        Ok(function)
    });
    barrier.wait();
    let mut function = begun?;
    let mut written = Written { times: Vec::new(), stored: 0, busy: 0 };
    for event in &events[1..] {
        let invocation = function.invoke(event)?;
        written.times.push(invocation.time);
        match invocation.response["statusCode"].as_u64() {
            Some(201) => written.stored += 1,
            Some(503) => written.busy += 1,
            _ => return Err(anyhow!("the response to a message is {}", invocation.response)),
        }
    }
    function.stop()?;
    Ok(written)
}
