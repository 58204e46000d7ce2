//! The figures that are measured, with their names in records, their titles and their units.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The sizes of the events of warm invocations, in bytes.
pub const EVENT_SIZES: [(Figure, usize); 4] = [
    (Figure::Warm59B, 59),
    (Figure::Warm10Kb, 10_000),
    (Figure::Warm100Kb, 100_000),
    (Figure::Warm5Mb, 5_000_000),
];

/// A figure. Its name in records is its name here in kebab case.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// The uncompressed size of the deployed files, in bytes.
    Size,
    /// The size of their zip, in bytes.
    Zip,
    /// From just before execve to the end of the first GET /next, with all files in the page cache.
    StartToNext,
    /// From just before execve to the end of the first response, to an event of 59 bytes that is
    /// ready for the GET /next.
    StartToAnswer,
    /// [`Self::StartToNext`] after dropping the page cache.
    DroppedToNext,
    /// [`Self::StartToAnswer`] after dropping the page cache.
    DroppedToAnswer,
    /// A warm cycle: from sending the event, through the response, to the end of the next GET
    /// /next; by the size of the event.
    #[serde(rename = "warm-59-b")]
    Warm59B,
    #[serde(rename = "warm-10-kb")]
    Warm10Kb,
    #[serde(rename = "warm-100-kb")]
    Warm100Kb,
    #[serde(rename = "warm-5-mb")]
    Warm5Mb,
    /// System calls from execve to the first GET /next, of all processes and threads.
    SyscallsToNext,
    /// System calls of a warm invocation, the mean of several.
    SyscallsPerInvocation,
    /// User-space instructions to the first GET /next.
    InstructionsToNext,
    /// User-space instructions of a warm invocation with 59 bytes, the mean of several.
    InstructionsPerInvocation,
    /// Minor page faults of the process until its first response.
    MinorFaults,
    /// Peak memory (VmHWM) of the process until its first response, in KiB.
    PeakMemory,
    /// From just before execve to the end of the first response of a function that calls a server
    /// over TLS; by the keys of the server's certificates.
    CallStartRsa,
    CallStartEcdsa,
    /// The user and system time of the process until that response.
    CallCpuRsa,
    CallCpuEcdsa,
    /// A warm cycle with a call on the open connection.
    CallWarm,
    /// The user and system time of a warm cycle with a call, the mean of several.
    CallWarmCpu,
    /// `Init Duration` of the REPORT line.
    AwsInit,
    /// `Duration` of the REPORT line of a cold start.
    AwsDuration,
    /// `Billed Duration` of that line.
    AwsBilled,
    /// `Max Memory Used` of that line, in MB.
    AwsMemory,
}

/// The unit of a figure.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    Microseconds,
    Milliseconds,
    Kibibytes,
    Megabytes,
    Count,
}

impl Figure {
    /// All figures, in the order of the tables.
    pub const ALL: [Self; 26] = [
        Self::Size,
        Self::Zip,
        Self::StartToNext,
        Self::StartToAnswer,
        Self::DroppedToNext,
        Self::DroppedToAnswer,
        Self::Warm59B,
        Self::Warm10Kb,
        Self::Warm100Kb,
        Self::Warm5Mb,
        Self::SyscallsToNext,
        Self::SyscallsPerInvocation,
        Self::InstructionsToNext,
        Self::InstructionsPerInvocation,
        Self::MinorFaults,
        Self::PeakMemory,
        Self::CallStartRsa,
        Self::CallStartEcdsa,
        Self::CallCpuRsa,
        Self::CallCpuEcdsa,
        Self::CallWarm,
        Self::CallWarmCpu,
        Self::AwsInit,
        Self::AwsDuration,
        Self::AwsBilled,
        Self::AwsMemory,
    ];

    /// Returns the title of a column.
    pub fn title(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Zip => "zip",
            Self::StartToNext => "start to GET /next",
            Self::StartToAnswer => "start to first response",
            Self::DroppedToNext => "start to GET /next, cache dropped",
            Self::DroppedToAnswer => "start to first response, cache dropped",
            Self::Warm59B => "warm, 59 B",
            Self::Warm10Kb => "warm, 10 KB",
            Self::Warm100Kb => "warm, 100 KB",
            Self::Warm5Mb => "warm, 5 MB",
            Self::SyscallsToNext => "system calls to GET /next",
            Self::SyscallsPerInvocation => "system calls, warm",
            Self::InstructionsToNext => "instructions to GET /next",
            Self::InstructionsPerInvocation => "instructions, warm",
            Self::MinorFaults => "minor faults",
            Self::PeakMemory => "peak memory",
            Self::CallStartRsa => "start to first response, RSA",
            Self::CallStartEcdsa => "start to first response, ECDSA",
            Self::CallCpuRsa => "CPU to first response, RSA",
            Self::CallCpuEcdsa => "CPU to first response, ECDSA",
            Self::CallWarm => "warm call",
            Self::CallWarmCpu => "CPU, warm call",
            Self::AwsInit => "Init Duration",
            Self::AwsDuration => "Duration, cold",
            Self::AwsBilled => "Billed Duration, cold",
            Self::AwsMemory => "Max Memory Used",
        }
    }

    pub fn unit(self) -> Unit {
        match self {
            Self::Size | Self::Zip => Unit::Bytes,
            Self::StartToNext
            | Self::StartToAnswer
            | Self::DroppedToNext
            | Self::DroppedToAnswer => Unit::Microseconds,
            Self::Warm59B | Self::Warm10Kb | Self::Warm100Kb | Self::Warm5Mb => Unit::Microseconds,
            Self::CallStartRsa
            | Self::CallStartEcdsa
            | Self::CallCpuRsa
            | Self::CallCpuEcdsa
            | Self::CallWarm
            | Self::CallWarmCpu => Unit::Microseconds,
            Self::SyscallsToNext | Self::SyscallsPerInvocation => Unit::Count,
            Self::InstructionsToNext | Self::InstructionsPerInvocation | Self::MinorFaults => {
                Unit::Count
            }
            Self::PeakMemory => Unit::Kibibytes,
            Self::AwsInit | Self::AwsDuration | Self::AwsBilled => Unit::Milliseconds,
            Self::AwsMemory => Unit::Megabytes,
        }
    }

    /// Returns whether it is a time, which other work on the machine affects.
    pub fn is_time(self) -> bool {
        matches!(self.unit(), Unit::Microseconds | Unit::Milliseconds)
    }

    /// Returns whether it is measured on AWS instead of on this machine.
    pub fn is_of_aws(self) -> bool {
        matches!(self, Self::AwsInit | Self::AwsDuration | Self::AwsBilled | Self::AwsMemory)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.title())
    }
}

impl Unit {
    /// Formats a value with its unit, in about ten characters at most.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Bytes => format!("{} B", grouped(value)),
            Self::Microseconds if value >= 1_000_000.0 => format!("{:.2} s", value / 1e6),
            Self::Microseconds if value >= 10_000.0 => format!("{:.1} ms", value / 1e3),
            Self::Microseconds if value >= 1000.0 => format!("{:.2} ms", value / 1e3),
            Self::Microseconds if value >= 100.0 => format!("{value:.0} µs"),
            Self::Microseconds => format!("{value:.1} µs"),
            Self::Milliseconds => format!("{value:.2} ms"),
            Self::Kibibytes => format!("{} KiB", grouped(value)),
            Self::Megabytes => format!("{value:.0} MB"),
            Self::Count if value.fract() == 0.0 || value >= 1000.0 => grouped(value),
            Self::Count => format!("{value:.2}"),
        }
    }
}

/// Formats a whole number with commas between its thousands.
pub fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut shown = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_with_their_unit() {
        let shown = |unit: Unit, value| unit.show(value);
        assert_eq!(shown(Unit::Bytes, 889_664.0), "889,664 B");
        assert_eq!(shown(Unit::Microseconds, 52.34), "52.3 µs");
        assert_eq!(shown(Unit::Microseconds, 310.4), "310 µs");
        assert_eq!(shown(Unit::Microseconds, 6600.0), "6.60 ms");
        assert_eq!(shown(Unit::Microseconds, 349_000.0), "349.0 ms");
        assert_eq!(shown(Unit::Count, 3.0), "3");
        assert_eq!(shown(Unit::Count, 2.5), "2.50");
        assert_eq!(grouped(1_234_567.0), "1,234,567");
    }

    #[test]
    fn each_figure_is_listed_once_and_has_its_own_name() {
        let names: Vec<String> = Figure::ALL
            .iter()
            .map(|figure| serde_json::to_string(figure).expect("a name"))
            .collect();
        let mut sorted = names.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len());
        assert!(
            names.contains(&"\"start-to-next\"".to_owned())
                && names.contains(&"\"warm-5-mb\"".to_owned())
        );
    }
}
