//! The environment of the processes that the emulator starts.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::{Options, REGION};

/// Returns the variables that a started process inherits from the caller: those that find and
/// configure tools. No others are passed on, so that a function sees here what it sees on Lambda.
pub(crate) fn inherited() -> impl Iterator<Item = (OsString, OsString)> {
    ["PATH", "HOME"].into_iter().filter_map(|name| Some((name.into(), std::env::var_os(name)?)))
}

/// Returns the folder of the program, where its process starts, or `None` when the program is
/// looked up in `PATH`.
pub(crate) fn task_root(options: &Options) -> Option<PathBuf> {
    let folder = options.program.parent()?;
    (!folder.as_os_str().is_empty()).then(|| folder.to_owned())
}

/// Returns Lambda's variables for an OS-only runtime, from the developer guide's list of defined
/// runtime environment variables, followed by the function's own. `AWS_EXECUTION_ENV` is left out,
/// since it isn't defined for such runtimes.
pub(crate) fn variables(
    options: &Options,
    runtime_api: &str,
    log_stream: &str,
) -> Vec<(OsString, OsString)> {
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
