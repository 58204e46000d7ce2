//! The contenders of `bench calls`: each writes its event as an item to DynamoDB, and returns the
//! event.

use cargo_barelambda::error::Error;

use super::build_dir::BuildDir;
use super::interpreted::python_with;
use super::lambda_runtime::small;
use super::ours::in_repository;
use super::{Entry, Ready};

pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "put-item",
        title: "barelambda, barelambda-aws",
        ours: true,
        note: "`benches/put_item`: a bare program with a heap of 1 MiB. It connects in its initialiser. Amazon's five roots are compiled in; here it reads a file with one root in their place.",
        build: put_item,
    },
    Entry {
        name: "lambda-runtime-sdk",
        title: "lambda_runtime, AWS SDK",
        ours: false,
        note: "lambda_runtime 1.5.0 and aws-sdk-dynamodb 1.136.0, gnu, for size: opt-level z, fat LTO, one codegen unit, panic = abort, stripped; no tracing, one thread. TLS is the SDK's default, rustls with AWS-LC, and reads the system's root certificates, as on Lambda.",
        build: |build_dir| {
            let ready = small(build_dir, "lambda_runtime_put_item", "gnu", Some("aws-lc"))?;
            Ok(Ready { system_roots: true, ..ready })
        },
    },
    Entry {
        name: "lambda-runtime-sdk-ring",
        title: "lambda_runtime, AWS SDK, ring, one root",
        ours: false,
        note: "The same with ring in place of AWS-LC, and with a file of one root.",
        build: |build_dir| small(build_dir, "lambda_runtime_put_item", "gnu", Some("ring")),
    },
    Entry {
        name: "python-boto3",
        title: "Python, boto3",
        ours: false,
        note: "awslambdaric 4.2.2 and boto3 1.43.11 on the machine's python3; the size excludes the interpreter. It reads the system's root certificates, in place of boto3's own.",
        build: python_boto3,
    },
];

fn put_item(build_dir: &BuildDir<'_>) -> Result<Ready, Error> {
    in_repository(build_dir, "benches/put_item", "put_item").map(Ready::alone)
}

fn python_boto3(build_dir: &BuildDir<'_>) -> Result<Ready, Error> {
    let more = ["boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3"];
    let ready = python_with(build_dir, "python_put_item", &["boto3==1.43.11"], &more)?;
    Ok(Ready { system_roots: true, ..ready })
}
