//! Measures cold starts, warm cycles and counts of every contender, each round in another order.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;
use std::time::Duration;

use cargo_barelambda::error::Error;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cold::{self, drop_caches};
use crate::contenders::{Contender, Ready};
use crate::figures::{EVENT_SIZES, Figure};
use crate::launch::{Event, Running};
use crate::processors::Reserved;
use crate::record::Row;
use crate::rounds::shuffled;
use crate::samples::Samples;
use crate::server::Server;
use crate::{counts, events, warm};

/// The number of samples of each kind.
#[derive(Copy, Clone, Debug)]
pub struct Plan {
    pub cold: usize,
    pub dropped: usize,
    pub warm: usize,
    /// For the largest event, whose cycle takes some contenders a third of a second.
    pub warm_largest: usize,
    pub memory: usize,
    /// Whether to count the instructions of interpreters, which takes minutes.
    pub interpreters: bool,
}

impl Plan {
    pub const FULL: Self =
        Self { cold: 250, dropped: 12, warm: 50, warm_largest: 15, memory: 21, interpreters: true };
    pub const QUICK: Self =
        Self { cold: 40, dropped: 3, warm: 11, warm_largest: 3, memory: 5, interpreters: false };

    pub fn settings(&self) -> BTreeMap<String, String> {
        let Self { cold, dropped, warm, warm_largest, memory, interpreters: _ } = self;
        let settings = [
            ("cold starts", cold),
            ("cold starts with the cache dropped", dropped),
            ("warm samples", warm),
            ("warm samples at 5 MB", warm_largest),
            ("processes whose memory is read", memory),
        ];
        settings.into_iter().map(|(name, count)| (name.to_owned(), count.to_string())).collect()
    }
}

/// Measures all contenders. A figure that can't be measured is missing, with the reason.
pub fn measure(contenders: &[Contender], plan: &Plan, scratch: &Path) -> Result<Vec<Row>, Error> {
    // This measures no time, and zips take long: compress them in parallel.
    let sizes: Vec<_> = thread::scope(|scope| {
        let ready = contenders.iter().filter_map(|contender| contender.program.as_ref().ok());
        let running: Vec<_> = ready.map(|ready| scope.spawn(|| counts::sizes(ready))).collect();
        running.into_iter().map(|one| one.join().expect("the thread doesn't panic")).collect()
    });
    let mut field: Vec<Lane<'_>> = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    for contender in contenders {
        let mut row = Row::new(contender.name, contender.title, contender.ours, contender.note);
        match &contender.program {
            Ok(ready) => field.push(Lane {
                ready,
                server: Server::new()?,
                row: rows.len(),
                samples: Samples::default(),
            }),
            Err(why) => row.missing = Some(why.clone()),
        }
        rows.push(row);
    }
    starts(
        &mut field,
        plan.cold,
        [Figure::StartToNext, Figure::StartToAnswer],
        "cold starts",
        || Ok(()),
    );
    starts(
        &mut field,
        plan.dropped,
        [Figure::DroppedToNext, Figure::DroppedToAnswer],
        "cold starts, cache dropped",
        drop_caches,
    );
    let processors = Reserved::new()?;
    field.iter_mut().for_each(|lane| lane.server.reserve(Some(&processors)));
    warm_cycles(&mut field, plan);
    field.iter_mut().for_each(|lane| lane.server.reserve(None));
    drop(processors);
    let bar = bar("system calls, instructions, memory", field.len());
    for (Lane { ready, server, row, samples }, sizes) in field.into_iter().zip(sizes) {
        let figures = &mut rows[row].figures;
        figures.extend(samples.measured());
        let mut server = server;
        figures.extend(sizes);
        figures.extend(counts::memory(ready, &mut server, plan.memory));
        figures.extend(counts::system_calls(ready, &mut server, scratch));
        figures.extend(counts::instructions(ready, &mut server, plan.interpreters));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(rows)
}

/// A contender with its server and its samples.
struct Lane<'a> {
    ready: &'a Ready,
    server: Server,
    row: usize,
    samples: Samples,
}

/// Measures cold starts of all contenders. `before` runs before each.
fn starts(
    field: &mut [Lane<'_>],
    rounds: usize,
    figures: [Figure; 2],
    what: &'static str,
    before: impl Fn() -> Result<(), Error>,
) {
    let event = Event::new(events::event(59));
    let bar = bar(what, field.len() * rounds);
    for index in shuffled(field.len(), rounds) {
        let lane = &mut field[index];
        if !lane.samples.has_failed(figures[0]) {
            let start = before().and_then(|()| cold::start(lane.ready, &mut lane.server, &event));
            lane.samples.add_time(figures[0], start.as_ref().map(|start| start.to_next));
            lane.samples.add_time(figures[1], start.as_ref().map(|start| start.to_answer));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
}

/// Measures warm cycles of all contenders, whose processes run at the same time, but mostly wait.
fn warm_cycles(field: &mut [Lane<'_>], plan: &Plan) {
    for (figure, size) in EVENT_SIZES {
        let event = Event::new(events::event(size));
        let rounds = if figure == Figure::Warm5Mb { plan.warm_largest } else { plan.warm };
        let bar = bar(figure.title(), field.len() * rounds);
        let mut taken: Vec<Vec<Result<Duration, Error>>> = Vec::new();
        {
            let mut running: Vec<_> = field
                .iter_mut()
                .map(|lane| {
                    let (mut running, _) = Running::start(lane.ready, &mut lane.server, &[])?;
                    let count = warm::warm_up(&mut running, &event)?;
                    Ok((running, count))
                })
                .collect();
            taken.resize_with(running.len(), Vec::new);
            for index in shuffled(running.len(), rounds) {
                let sample = match &mut running[index] {
                    Ok((running, count)) => warm::sample(running, &event, *count),
                    Err(error) => Err(Error::new(format!("{error:}"))),
                };
                if let Err(error) = &sample {
                    running[index] = Err(Error::new(error.to_string()));
                }
                taken[index].push(sample);
                bar.inc(1);
            }
        }
        for (lane, samples) in field.iter_mut().zip(taken) {
            samples
                .iter()
                .for_each(|sample| lane.samples.add_time(figure, sample.as_ref().copied()));
        }
        bar.finish_and_clear();
    }
}

/// Returns a progress bar.
pub fn bar(what: &'static str, length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:<42} {wide_bar} {pos}/{len} {elapsed}")
        .expect("the template is valid");
    ProgressBar::new(length as u64).with_style(style).with_message(what)
}
