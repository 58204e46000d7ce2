use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use hyper::HeaderMap;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::delivery::{Caller, Piece};
use crate::process::{Process, describe};
use crate::runtime_api::{Event, FunctionAnswer, Machine, State};
use crate::{ACCOUNT, Cookies, InvokeOptions, Options, Outcome, REGION, http, ids};

/// How long a process may run after it has reported that its initialisation failed, so that it can
/// write its last log lines.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How long the emulator waits for the end of a process whose connection has broken.
const NEWS_OF_THE_END: Duration = Duration::from_millis(500);

/// The function: its processes, and the invocations that run in them.
pub(crate) struct Function {
    options: Options,
    /// One permit for each concurrent invocation. tokio hands them out in order.
    slots: Semaphore,
    /// The processes without an invocation. The last one used is taken first.
    idle: Mutex<Vec<Arc<Process>>>,
    started: Mutex<Vec<Weak<Process>>>,
    closed: AtomicBool,
}

impl Function {
    /// Whether the Invoke API accepts payloads that aren't JSON.
    pub fn accepts_raw_payloads(&self) -> bool {
        self.options.raw_payloads
    }

    pub fn new(options: Options) -> Self {
        let slots = Semaphore::new(options.concurrency.max(1));
        Self {
            options,
            slots,
            idle: Mutex::default(),
            started: Mutex::default(),
            closed: AtomicBool::new(false),
        }
    }

    /// Where the event of a request to the URL has its cookies.
    pub fn cookies(&self) -> Cookies {
        self.options.cookies
    }

    /// Queues and runs one invocation. The caller receives the answer while the function writes it,
    /// and then the outcome.
    pub async fn deliver(&self, payload: Bytes, call: InvokeOptions, caller: Caller) {
        let outcome = self.run_whole(payload, call, Some(&caller)).await;
        caller.send(Piece::End(Box::new(outcome))).await;
    }

    /// Queues and runs one invocation, and returns its outcome.
    pub async fn invoke(&self, payload: Bytes, call: InvokeOptions) -> Outcome {
        self.run_whole(payload, call, None).await
    }

    async fn run_whole(
        &self,
        payload: Bytes,
        call: InvokeOptions,
        caller: Option<&Caller>,
    ) -> Outcome {
        let _slot = self.slots.acquire().await.expect("the slots are never closed");
        let request_id = call.request_id.clone().unwrap_or_else(ids::uuid);
        let mut outcome = Outcome::new(request_id);
        loop {
            let warm = lock(&self.idle).pop();
            outcome.report.cold = warm.is_none();
            let process = match warm.map_or_else(|| self.start(), Ok) {
                Ok(process) => process,
                Err(message) => {
                    outcome.failed("Runtime.InvalidEntrypoint", &message);
                    break;
                }
            };
            outcome.pid = Some(process.pid);
            let end = self.run(&process, &payload, &call, caller, &mut outcome).await;
            outcome.log += &process.log.take();
            // A process that exited after its previous invocation hasn't seen this one, so another
            // process runs it.
            if !outcome.report.cold && matches!(end, InvocationEnd::GoneBefore) {
                continue;
            }
            self.settle(process, end, &mut outcome);
            break;
        }
        if let Some(sink) = &self.options.outcome_sink {
            sink(&outcome);
        }
        outcome
    }

    /// Writes a line of the emulator into the log.
    pub fn note(&self, line: &str) {
        if let Some(sink) = &self.options.log_sink {
            sink(line.as_bytes());
        }
    }

    /// Kills every process and waits for their ends. No process is started afterwards.
    pub async fn close(&self) {
        for process in self.kill_all() {
            process.ended().await;
        }
    }

    /// Kills every process, and returns them. No process is started afterwards.
    pub fn kill_all(&self) -> Vec<Arc<Process>> {
        self.closed.store(true, Ordering::Relaxed);
        let processes: Vec<_> =
            lock(&self.started).drain(..).filter_map(|process| process.upgrade()).collect();
        for process in &processes {
            process.kill();
        }
        processes
    }

    fn start(&self) -> Result<Arc<Process>, String> {
        if self.closed.load(Ordering::Relaxed) {
            return Err("the emulator is shutting down".to_owned());
        }
        let process = Process::start(&self.options).map_err(|error| error.to_string())?;
        let mut started = lock(&self.started);
        started.retain(|process| process.strong_count() > 0);
        started.push(Arc::downgrade(&process));
        Ok(process)
    }

    /// Assigns the event to a process when it asks for one, and waits for the result.
    async fn run(
        &self,
        process: &Process,
        payload: &Bytes,
        call: &InvokeOptions,
        caller: Option<&Caller>,
        outcome: &mut Outcome,
    ) -> InvocationEnd {
        let waited = timeout(self.options.timeout, process.session.wait_until(ready)).await;
        if outcome.report.cold {
            let first_next = process.session.look(Machine::first_next);
            outcome.report.init = first_next.map(|at| at.duration_since(process.started));
        }
        let start = match waited {
            Ok(Readiness::Ready) => Instant::now(),
            Ok(Readiness::InitFailed(error)) => {
                if timeout(LAST_WORDS, process.ended()).await.is_err() {
                    process.kill();
                    process.ended().await;
                }
                outcome.report.duration = process.started.elapsed();
                return InvocationEnd::Answered(error);
            }
            Ok(Readiness::Ended(status)) => {
                outcome.report.duration = process.started.elapsed();
                return if outcome.report.cold {
                    InvocationEnd::Exited(status)
                } else {
                    InvocationEnd::GoneBefore
                };
            }
            Err(_) => {
                outcome.report.duration = self.options.timeout;
                return self.time_out(process).await;
            }
        };
        let event = self.event(payload.clone(), call, &outcome.request_id);
        process.session.change(|machine| machine.assign(event, caller.cloned()));
        let end = match timeout(self.options.timeout, process.session.wait_until(over)).await {
            Ok(Progress::Answered(answer)) => {
                outcome.report.duration = answer.at.duration_since(start);
                return InvocationEnd::Answered(answer);
            }
            Ok(Progress::CutOff(at)) => {
                outcome.report.duration = at.duration_since(start);
                return self.cut_off(process).await;
            }
            Ok(Progress::Exited(status)) => InvocationEnd::Exited(status),
            Ok(Progress::GoneBefore) => InvocationEnd::GoneBefore,
            Err(_) => self.time_out(process).await,
        };
        outcome.report.duration = start.elapsed();
        end
    }

    async fn time_out(&self, process: &Process) -> InvocationEnd {
        process.kill();
        process.ended().await;
        process.hang_up();
        InvocationEnd::TimedOut
    }

    /// Ends a process whose answer was cut off. As a rule it has exited, which is why the answer
    /// was cut off.
    async fn cut_off(&self, process: &Process) -> InvocationEnd {
        let status = timeout(NEWS_OF_THE_END, process.ended()).await.ok();
        if status.is_none() {
            process.kill();
            process.ended().await;
        }
        InvocationEnd::CutOff(status)
    }

    /// Writes the end of the invocation into its outcome, and keeps the process for the next one if
    /// it is alive.
    fn settle(&self, process: Arc<Process>, end: InvocationEnd, outcome: &mut Outcome) {
        let id = outcome.request_id.clone();
        match end {
            InvocationEnd::Answered(answer) => {
                outcome.report.peak_memory_kib = answer.measured.peak_memory_kib;
                outcome.report.faults = answer.measured.faults;
                outcome.payload = answer.payload.into();
                outcome.function_error = answer.error;
                if process.session.look(Machine::exit).is_none() {
                    lock(&self.idle).push(process);
                }
            }
            InvocationEnd::CutOff(status) => {
                let reason = status.map_or_else(|| "its connection broke".to_owned(), describe);
                let words = format!(
                    "RequestId: {id} Error: The response was cut off before its end: {reason}"
                );
                outcome.failed("Runtime.TruncatedResponse", &words);
            }
            InvocationEnd::TimedOut => {
                let seconds = self.options.timeout.as_secs_f64();
                let words =
                    format!("RequestId: {id} Error: Task timed out after {seconds:.2} seconds");
                outcome.failed("Sandbox.Timedout", &words);
            }
            InvocationEnd::Exited(status) => {
                outcome.failed(
                    "Runtime.ExitError",
                    &format!("RequestId: {id} Error: {}", describe(status)),
                );
            }
            InvocationEnd::GoneBefore => {
                let words =
                    format!("RequestId: {id} Error: Runtime exited before it had read the event");
                outcome.failed("Runtime.ExitError", &words);
            }
        }
    }

    fn event(&self, payload: Bytes, call: &InvokeOptions, request_id: &str) -> Event {
        let invocation_id = match (self.options.invocation_ids, &call.invocation_id) {
            (false, _) => String::new(),
            (true, Some(given)) => given.clone(),
            (true, None) => ids::uuid(),
        };
        let deadline = (ids::since_epoch() + self.options.timeout).as_millis().to_string();
        let arn = arn(call.function.as_deref().unwrap_or(&self.options.function_name));
        let trace_id = call.trace_id.clone().unwrap_or_else(ids::trace_id);
        let given = |value: &Option<String>| value.clone().unwrap_or_default();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [
            ("lambda-runtime-aws-request-id", request_id.to_owned()),
            ("lambda-runtime-aws-tenant-id", given(&call.tenant_id)),
            ("lambda-runtime-client-context", given(&call.client_context)),
            ("lambda-runtime-cognito-identity", given(&call.cognito_identity)),
            ("lambda-runtime-deadline-ms", deadline),
            ("lambda-runtime-invocation-id", invocation_id.clone()),
            ("lambda-runtime-invoked-function-arn", arn),
            ("lambda-runtime-trace-id", trace_id),
        ] {
            if !value.is_empty() {
                headers.insert(HeaderName::from_static(name), http::header_value(&value));
            }
        }
        Event { request_id: request_id.to_owned(), invocation_id, headers, payload }
    }
}

/// The result of waiting until a process can receive an event.
enum Readiness {
    Ready,
    InitFailed(FunctionAnswer),
    Ended(ExitStatus),
}

/// The result of waiting for the answer to an event.
enum Progress {
    Answered(FunctionAnswer),
    CutOff(Instant),
    Exited(ExitStatus),
    GoneBefore,
}

/// The end of an invocation.
enum InvocationEnd {
    /// The function answered, or reported an error.
    Answered(FunctionAnswer),
    /// The connection broke during a streamed answer. The status is that of the process, if it has
    /// ended.
    CutOff(Option<ExitStatus>),
    TimedOut,
    Exited(ExitStatus),
    /// The process ended before it received the event.
    GoneBefore,
}

fn ready(machine: &mut Machine) -> Option<Readiness> {
    if let Some(error) = machine.init_error() {
        return Some(Readiness::InitFailed(error.clone()));
    }
    if machine.exit().is_some() {
        return machine.gone().map(Readiness::Ended);
    }
    (machine.state() == State::Ready).then_some(Readiness::Ready)
}

fn over(machine: &mut Machine) -> Option<Progress> {
    if let Some(answer) = machine.answer() {
        return Some(Progress::Answered(answer.clone()));
    }
    if let Some(at) = machine.was_cut_off() {
        return Some(Progress::CutOff(at));
    }
    let status = machine.gone()?;
    Some(if machine.was_delivered() { Progress::Exited(status) } else { Progress::GoneBefore })
}

/// Returns the ARN of a function named in any form that the Invoke API accepts: `name`,
/// `name:alias`, `account:function:name` or a whole ARN.
fn arn(function: &str) -> String {
    match function.split(':').collect::<Vec<_>>()[..] {
        ["arn", ..] => function.to_owned(),
        [account, "function", ..] => {
            let name = &function[account.len() + ":function:".len()..];
            format!("arn:aws:lambda:{REGION}:{account}:function:{name}")
        }
        _ => format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_name_becomes_an_arn() {
        let whole = "arn:aws:lambda:us-east-1:123456789012:function:f";
        assert_eq!(arn("f"), whole);
        assert_eq!(arn("f:live"), format!("{whole}:live"));
        assert_eq!(arn("123456789012:function:f"), whole);
        assert_eq!(arn(whole), whole);
    }
}
