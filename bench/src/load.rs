//! `load`: 1 and 16 writers at once, each in a sandbox of its own as on Lambda, into one chat and into 16. The emulator
//! is one process, so times say how they compare with each other and nothing more; what AWS is asked for does not depend
//! on it.

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
use crate::world::{LETTER, World};

/// Messages of each writer.
const MESSAGES: usize = 20;
/// Writers and chats.
pub(crate) const COMBINATIONS: [(usize, usize); 4] = [(1, 1), (1, 16), (16, 1), (16, 16)];

/// What one writer came to.
struct Written {
    times: Vec<Duration>,
    stored: usize,
    busy: usize,
}

pub(crate) fn measure(setup: &Setup, world: &World, section: &mut Section) -> Result<()> {
    let tap = Tap::metering(world.endpoint())?;
    let program = setup.function("send-message", world, &tap.url)?;
    for (writers, chats) in COMBINATIONS {
        let ids: Vec<_> = (0..chats).map(|_| Ok(world.conversation(1, LETTER)?.id)).collect::<Result<_>>()?;
        let mut events = Vec::new();
        for writer in 0..writers {
            // One more, which makes the function warm. A single writer goes round all chats.
            let ids = (0..=MESSAGES).map(|message| ids[(writer + if writers == 1 { message } else { 0 }) % chats]);
            let own: Vec<Value> =
                ids.map(|id| scenarios::send(world, "patient-a", id, LETTER)).collect::<Result<_>>()?;
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
        let name = format!("{writers} writers, {chats} chats");
        section.set(&name, "messages stored", number(stored));
        section.set(&name, "refused as busy", number(written.iter().map(|written| written.busy).sum::<usize>()));
        section.set(&name, "AWS calls per message stored", number(cost.calls) / number(stored));
        section.set(&name, "write units per message stored", cost.write_units / number(stored));
        section.set(&name, "messages a second", number(stored) / time.as_secs_f64());
        section.set(&name, "median, ms", times[times.len() / 2]);
        section.set(&name, "99th percentile, ms", times[(times.len() - 1) * 99 / 100]);
    }
    Ok(())
}

fn write(program: &Program, events: &[Value], barrier: &Barrier) -> Result<Written> {
    // Whatever happens, the others must not wait for ever.
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
        match invocation.answer["statusCode"].as_u64() {
            Some(201) => written.stored += 1,
            Some(503) => written.busy += 1,
            _ => return Err(anyhow!("a message was answered {}", invocation.answer)),
        }
    }
    function.stop()?;
    Ok(written)
}
