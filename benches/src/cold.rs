//! Cold starts of a new process: the time from just before execve to its first GET /next, and to
//! its first response.

use std::fs;
use std::time::Duration;

use cargo_barelambda::error::{Context, Error};

use crate::contenders::Ready;
use crate::launch::{Event, Running};
use crate::server::Server;

/// Times from just before execve to the last byte of a request.
#[derive(Copy, Clone, Debug)]
pub struct ColdStart {
    pub to_next: Duration,
    pub to_answer: Duration,
}

/// Starts the contender once, and sends the event as soon as it requests one.
pub fn start(ready: &Ready, server: &mut Server, event: &Event) -> Result<ColdStart, Error> {
    let (mut running, next) = Running::start(ready, server, &[])?;
    let response = running.invoke(event)?;
    Ok(ColdStart {
        to_next: next.at - running.started(),
        to_answer: response.at - running.started(),
    })
}

/// Drops the page cache, dentries and inodes of the whole machine (proc(5),
/// `/proc/sys/vm/drop_caches`), which only root may.
pub fn drop_caches() -> Result<(), Error> {
    rustix::fs::sync();
    fs::write("/proc/sys/vm/drop_caches", "3")
        .context("failed to drop the page cache, which needs root")
}
