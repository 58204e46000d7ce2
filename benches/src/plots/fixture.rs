//! Synthetic records for tests.

use std::f64::consts::TAU;

use crate::figures::{EVENT_SIZES, Figure};
use crate::record::{CALLS, Measured, Record, Row};

/// Name, title, whether it uses barelambda, size in bytes, start in µs, its relative noise, and a
/// warm invocation in µs.
const CONTENDERS: [(&str, &str, bool, f64, f64, f64, f64); 15] = [
    ("floor", "the floor", false, 520.0, 205.0, 0.06, 11.0),
    ("echo", "barelambda, echo", true, 4_104.0, 210.0, 0.06, 12.0),
    ("json", "barelambda, typed JSON", true, 9_800.0, 216.0, 0.07, 14.0),
    ("c-echo", "barelambda, echo in C", true, 4_600.0, 212.0, 0.06, 12.1),
    ("exec", "barelambda exec, cat", true, 7_600.0, 214.0, 0.08, 700.0),
    ("lambda-runtime", "lambda_runtime", false, 4_900_000.0, 2_600.0, 0.1, 55.0),
    ("lambda-runtime-musl", "lambda_runtime, musl", false, 5_100_000.0, 2_050.0, 0.1, 60.0),
    ("lambda-runtime-small", "lambda_runtime, for size", false, 1_050_000.0, 1_700.0, 0.1, 48.0),
    (
        "lambda-runtime-musl-small",
        "lambda_runtime, musl, for size",
        false,
        1_080_000.0,
        1_300.0,
        0.1,
        50.0,
    ),
    ("minlambda", "minlambda", false, 890_000.0, 900.0, 0.09, 35.0),
    ("minlambda-musl-small", "minlambda, musl, for size", false, 560_000.0, 620.0, 0.09, 34.0),
    ("go", "aws-lambda-go", false, 6_400_000.0, 3_300.0, 0.15, 70.0),
    ("python", "Python, awslambdaric", false, 9_700_000.0, 121_000.0, 0.05, 130.0),
    ("node", "Node.js, aws-lambda-ric", false, 0.0, 0.0, 0.0, 0.0),
    ("bash-curl", "bash and curl", false, 890.0, 8_400.0, 0.12, 14_000.0),
];

/// Returns a record with 15 contenders. One is missing, and some lack a figure.
pub fn local() -> Record {
    let mut record = Record::new("local", "x86_64", "2026-11-22T10:09:08Z");
    let facts = [
        ("processor", "A Processor of 3 GHz"),
        ("processors", "4"),
        ("kernel", "6.1.0"),
        ("commit", "unknown"),
    ];
    record.machine.extend(facts.map(|(name, fact)| (name.to_owned(), fact.to_owned())));
    record.settings.insert("rounds".into(), "200".into());
    let mut random = Random(1);
    for (name, title, ours, size, start, noise, warm) in CONTENDERS {
        let mut row = Row::new(name, title, ours, format!("What {title} is."));
        if size == 0.0 {
            row.missing = Some("npm is not installed".into());
            record.rows.push(row);
            continue;
        }
        let mut add = |figure, measured| row.figures.insert(figure, measured);
        add(Figure::Size, Measured::exact(size));
        add(Figure::Zip, Measured::exact((size * 0.45 + 120.0).round()));
        add(Figure::StartToNext, random.samples(start, noise, 200));
        add(Figure::StartToAnswer, random.samples(start * 1.06 + 45.0, noise, 200));
        for (figure, bytes) in EVENT_SIZES {
            add(figure, random.samples(warm + bytes as f64 * (0.0004 + warm / 1e5), 0.05, 40));
        }
        add(Figure::SyscallsToNext, Measured::exact((start / 60.0).round()));
        add(Figure::SyscallsPerInvocation, Measured::exact(2.0 + (warm / 12.0).floor()));
        add(Figure::PeakMemory, Measured::exact((size / 900.0 + 40.0).round()));
        add(Figure::MinorFaults, Measured::exact((start / 8.0).round()));
        add(Figure::InstructionsToNext, Measured::exact((start * 90.0).round()));
        record.rows.push(row);
    }
    record.rows[12].figures.insert(
        Figure::InstructionsToNext,
        Measured::Missing("an interpreter: --quick doesn't count its instructions".into()),
    );
    record.rows[14].figures.remove(&Figure::Size);
    for (figure, _) in EVENT_SIZES {
        record.rows[11]
            .figures
            .insert(figure, Measured::Missing("it closes its connection".into()));
    }
    record.rows[6].figures.remove(&Figure::Warm5Mb);
    record.rows[11].figures.remove(&Figure::StartToAnswer);
    record
}

/// Returns a record of AWS with four contenders and three memory sizes.
pub fn aws() -> Record {
    let mut record = Record::new("aws-eu-central-1", "x86_64", "2026-11-22T12:00:00Z");
    let mut random = Random(2);
    for megabytes in [1769, 128, 512] {
        for (name, title, ours, _, start, noise, warm) in
            [CONTENDERS[1], CONTENDERS[2], CONTENDERS[8], CONTENDERS[13]]
        {
            let mut row = Row::new(
                format!("{name}-{megabytes}"),
                format!("{title}, {megabytes} MB"),
                ours,
                "",
            );
            row.memory_mb = Some(megabytes);
            if start == 0.0 {
                row.missing = Some("it isn't a static bootstrap".into());
            } else {
                let slow = 1.0 + 400.0 / f64::from(megabytes);
                row.figures
                    .insert(Figure::AwsInit, random.samples(8.0 + start / 90.0, 2.0 * noise, 30));
                row.figures.insert(
                    Figure::AwsDuration,
                    random.samples((1.0 + warm / 40.0) * slow, 3.0 * noise, 30),
                );
                row.figures.insert(Figure::AwsBilled, Measured::exact(20.0));
                row.figures.insert(Figure::AwsMemory, Measured::exact(14.0));
            }
            record.rows.push(row);
        }
    }
    record
}

/// Returns a record of `bench calls` with two contenders.
pub fn calls() -> Record {
    let mut record = Record::new(CALLS, "x86_64", "2026-11-22T11:00:00Z");
    let rows = [
        ("put-item", "barelambda, barelambda-aws", [4e5, 560.0, 4e3, 4e3, 50.0, 2e3, 3.2e3, 40.0]),
        (
            "lambda-runtime-sdk",
            "lambda_runtime, AWS SDK",
            [6e6, 7.8e3, 36e3, 38e3, 250.0, 32e3, 34e3, 200.0],
        ),
    ];
    for (name, title, values) in rows {
        let mut row = Row::new(name, title, name == "put-item", format!("What {title} is."));
        let figures = [
            Figure::Size,
            Figure::PeakMemory,
            Figure::CallStartRsa,
            Figure::CallStartEcdsa,
            Figure::CallWarm,
            Figure::CallCpuRsa,
            Figure::CallCpuEcdsa,
            Figure::CallWarmCpu,
        ];
        for (figure, median) in figures.into_iter().zip(values) {
            let samples = vec![median * 0.9, median, median * 1.1];
            row.figures.insert(figure, Measured::Samples(samples));
        }
        record.rows.push(row);
    }
    record
}

/// A linear congruential generator (Knuth's MMIX).
struct Random(u64);

impl Random {
    /// Returns log-normal samples with a tail to the right.
    fn samples(&mut self, median: f64, noise: f64, count: usize) -> Measured {
        let normal =
            |random: &mut Self| (-2.0 * random.next().ln()).sqrt() * (TAU * random.next()).cos();
        let tail = |random: &mut Self| {
            if random.next() < 0.03 { 1.0 + 2.0 * noise + random.next() * noise } else { 1.0 }
        };
        Measured::Samples(
            (0..count).map(|_| median * (noise * normal(self)).exp() * tail(self)).collect(),
        )
    }

    /// Returns a number above 0 and at most 1.
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}
