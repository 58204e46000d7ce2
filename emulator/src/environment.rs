//! The environment of the processes that the emulator starts.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::{Options, REGION};

/// The variables of the caller that a started process inherits: what finds and configures tools. Nothing else is passed on,
/// so that a function sees here what it will see on Lambda.
pub(crate) fn inherited() -> impl Iterator<Item = (OsString, OsString)> {
    ["PATH", "HOME"].into_iter().filter_map(|name| Some((name.into(), std::env::var_os(name)?)))
}

/// The folder of the program, where its process starts; nothing when the program is looked up in `PATH`.
pub(crate) fn task_root(options: &Options) -> Option<PathBuf> {
    let folder = options.program.parent()?;
    (!folder.as_os_str().is_empty()).then(|| folder.to_owned())
}

/// Lambda's variables for an OS-only runtime, by the developer guide's list of defined runtime environment variables,
/// and the function's own after them. `AWS_EXECUTION_ENV` is not defined for such runtimes, and so is left out.
pub(crate) fn variables(options: &Options, runtime_api: &str, log_stream: &str) -> Vec<(OsString, OsString)> {
    let name = &options.function_name;
    let folder = task_root(options).map_or_else(|| OsString::from("/var/task"), OsString::from);
    let mut variables: Vec<(OsString, OsString)> = inherited().collect();
    let mut set = |name: &str, value: OsString| variables.push((name.into(), value));
    set("AWS_LAMBDA_RUNTIME_API", runtime_api.into());
    set("_HANDLER", options.handler.as_str().into());
    set("LAMBDA_TASK_ROOT", folder.clone());
    set("LAMBDA_RUNTIME_DIR", folder);
    set("AWS_LAMBDA_FUNCTION_NAME", name.into());
    set("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".into());
    set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", options.memory_size.to_string().into());
    set("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}").into());
    set("AWS_LAMBDA_LOG_STREAM_NAME", log_stream.into());
    set("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".into());
    set("AWS_REGION", REGION.into());
    set("AWS_DEFAULT_REGION", REGION.into());
    set("TZ", ":UTC".into());
    set("LANG", "en_US.UTF-8".into());
    variables.extend(options.environment.iter().cloned());
    variables
}
