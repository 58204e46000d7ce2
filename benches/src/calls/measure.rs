//! Cold starts to the first response, and warm cycles, with a call to DynamoDB in each invocation.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use cargo_barelambda::error::{Context, Error};

use super::dynamodb::{DynamoDb, EVENT};
use crate::contenders::{Contender, Ready};
use crate::counts::{measured, unpacked_size};
use crate::cpu_time::cpu_time;
use crate::figures::Figure;
use crate::https::pki::Kind;
use crate::launch::{Event, Running};
use crate::measure::bar;
use crate::record::Row;
use crate::rounds::shuffled;
use crate::samples::Samples;
use crate::server::Server;

/// The number of consecutive cycles of a warm sample.
const CYCLES: u32 = 20;

/// The number of cycles before the first warm sample, for caches and interpreters.
const WARM_UP: u32 = 20;

/// The number of samples of each kind.
#[derive(Copy, Clone, Debug)]
pub struct Plan {
    /// For each kind of certificates.
    pub cold: usize,
    pub warm: usize,
}

impl Plan {
    pub const FULL: Self = Self { cold: 40, warm: 150 };
    pub const QUICK: Self = Self { cold: 7, warm: 40 };

    pub fn settings(&self) -> BTreeMap<String, String> {
        let settings = [
            ("cold starts with each kind of certificates", self.cold.to_string()),
            ("warm samples", format!("{}, of {CYCLES} calls each", self.warm)),
        ];
        settings.map(|(name, value)| (name.to_owned(), value)).into()
    }
}

/// Measures all contenders. A figure that can't be measured is missing, with the reason.
pub fn measure(contenders: &[Contender], plan: &Plan, scratch: &Path) -> Result<Vec<Row>, Error> {
    let chains = [
        Chain {
            dynamodb: DynamoDb::start(Kind::Rsa2048, scratch, "rsa")?,
            figures: [Figure::CallStartRsa, Figure::CallCpuRsa],
        },
        Chain {
            dynamodb: DynamoDb::start(Kind::P256, scratch, "ecdsa")?,
            figures: [Figure::CallStartEcdsa, Figure::CallCpuEcdsa],
        },
    ];
    let event = Event::new(EVENT.into());
    let mut rows: Vec<Row> = Vec::new();
    let mut field: Vec<Lane> = Vec::new();
    for contender in contenders {
        let mut row = Row::new(contender.name, contender.title, contender.ours, contender.note);
        match &contender.program {
            Ok(ready) => {
                let size = unpacked_size(ready).map(|size| size as f64);
                row.figures.insert(Figure::Size, measured(size));
                let ready = chains.each_ref().map(|chain| chain.dynamodb.directed(ready));
                let (server, samples) = (Server::new()?, Samples::default());
                field.push(Lane { row: rows.len(), ready, server, samples });
            }
            Err(why) => row.missing = Some(why.clone()),
        }
        rows.push(row);
    }
    for (index, chain) in chains.iter().enumerate() {
        starts(&mut field, index, chain, &event, plan.cold);
    }
    // The certificates matter only to the handshake.
    warm_calls(&mut field, &chains[0].dynamodb, &event, plan.warm);
    for lane in field {
        rows[lane.row].figures.extend(lane.samples.measured());
    }
    Ok(rows)
}

/// A server, and the figures of cold starts that call it: the time, and the processor time.
struct Chain {
    dynamodb: DynamoDb,
    figures: [Figure; 2],
}

/// A contender with its Runtime API and its samples.
struct Lane {
    row: usize,
    /// The program for each chain.
    ready: [Ready; 2],
    server: Server,
    samples: Samples,
}

/// Measures cold starts of all contenders with the chain of this index.
fn starts(field: &mut [Lane], index: usize, chain: &Chain, event: &Event, rounds: usize) {
    let [time, cpu] = chain.figures;
    let bar = bar(time.title(), field.len() * rounds);
    for lane in shuffled(field.len(), rounds) {
        let Lane { ready, server, samples, .. } = &mut field[lane];
        if !samples.has_failed(time) {
            let start = start(&ready[index], server, &chain.dynamodb, event);
            let start = start.as_ref();
            samples.add_time(time, start.map(|start| start.time));
            samples.add_time(cpu, start.map(|start| start.cpu));
            samples.add(Figure::PeakMemory, start.map(|start| start.peak_memory));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
}

/// A cold start to the first response.
struct Start {
    time: Duration,
    cpu: Duration,
    /// In KiB.
    peak_memory: f64,
}

fn start(
    ready: &Ready,
    server: &mut Server,
    dynamodb: &DynamoDb,
    event: &Event,
) -> Result<Start, Error> {
    let (mut running, _) = Running::start(ready, server, &[])?;
    dynamodb.with_writes(1, || {
        let response = running.invoke(event)?;
        let cpu = cpu_of(&running)?;
        let (peak, _) = barelambda_emulator::measured(running.id());
        let peak = peak.ok_or_else(|| Error::new("/proc has no VmHWM for it"))?;
        Ok(Start { time: response.at - running.started(), cpu, peak_memory: peak as f64 })
    })
}

/// Measures warm cycles of all contenders, whose processes run at the same time, but mostly wait.
fn warm_calls(field: &mut [Lane], dynamodb: &DynamoDb, event: &Event, rounds: usize) {
    let bar = bar(Figure::CallWarm.title(), field.len() * rounds);
    let mut running: Vec<_> = field
        .iter_mut()
        .map(|lane| {
            let process = warmed_up(&lane.ready[0], &mut lane.server, dynamodb, event);
            (process, &mut lane.samples)
        })
        .collect();
    for index in shuffled(running.len(), rounds) {
        let (process, samples) = &mut running[index];
        let sample = match process {
            Ok(process) => sample(process, dynamodb, event),
            Err(error) => Err(Error::new(error.to_string())),
        };
        let times = sample.as_ref();
        samples.add_time(Figure::CallWarm, times.map(|[time, _]| *time));
        samples.add_time(Figure::CallWarmCpu, times.map(|[_, cpu]| *cpu));
        if let Err(error) = sample {
            *process = Err(error);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
}

/// Starts a process, and runs its first cycles.
fn warmed_up<'a>(
    ready: &'a Ready,
    server: &'a mut Server,
    dynamodb: &DynamoDb,
    event: &Event,
) -> Result<Running<'a>, Error> {
    let (mut running, _) = Running::start(ready, server, &[])?;
    dynamodb
        .with_writes(WARM_UP, || (0..WARM_UP).try_for_each(|_| running.cycle(event).map(drop)))?;
    Ok(running)
}

/// Returns the median time of several cycles, and the mean of their processor times.
fn sample(
    running: &mut Running<'_>,
    dynamodb: &DynamoDb,
    event: &Event,
) -> Result<[Duration; 2], Error> {
    let before = cpu_of(running)?;
    let cycles = dynamodb.with_writes(CYCLES, || {
        (0..CYCLES).map(|_| running.cycle(event)).collect::<Result<Vec<_>, _>>()
    })?;
    let after = cpu_of(running)?;
    let mut times: Vec<Duration> = cycles.into_iter().map(|[begin, end]| end - begin).collect();
    times.sort_unstable();
    Ok([times[times.len() / 2], (after - before) / CYCLES])
}

fn cpu_of(running: &Running<'_>) -> Result<Duration, Error> {
    cpu_time(running.id()).context("failed to read its processor time")
}
