//! A black-box conformance suite for AWS Lambda runtimes.
//!
//! The suite tests any executable that is a runtime with one handler, as this package's README
//! specifies. It starts the executable against a server that misbehaves byte by byte on request,
//! and compares its behaviour with Lambda's requirements. It doesn't depend on the language or the
//! library of the runtime.
//!
//! ```no_run
//! use barelambda_conformance::{Options, Target, checks, run};
//!
//! let options = Options::new("./bootstrap");
//! let report = run(&options, |_| {});
//! print!("{}", report.table());
//! assert_eq!(report.totals().failed, 0);
//! assert!(checks().len() >= 80);
//! ```

mod check;
mod checks;
mod harness;
mod process;
mod report;
mod run;
mod server;
mod session;
mod verdict;

pub use check::{Check, Group};
pub use checks::checks;
pub use harness::{Harness, Target};
pub use process::{Process, kill_all};
pub use report::{Checked, Report, Totals};
pub use run::{Options, run, run_one};
pub use verdict::{CheckResult, Verdict};
