//! The wrapper program that `AWS_LAMBDA_EXEC_WRAPPER` names.

use super::env;
use super::exec_args::ExecArgs;

/// Executes the program that `AWS_LAMBDA_EXEC_WRAPPER` names in place of this one, with this
/// command line as its arguments. A marker in the wrapper's environment keeps this from happening
/// twice.
///
/// # Errors
/// The name of the program, and the errno.
pub fn become_wrapper(buffer: &mut [u8]) -> Result<(), (&'static [u8], u32)> {
    const MARK: &[u8] = b"BARELAMBDA_EXEC_WRAPPED=1";
    const TOO_LONG: u32 = 7;
    let Some(wrapper) = env::var(b"AWS_LAMBDA_EXEC_WRAPPER").filter(|wrapper| !wrapper.is_empty())
    else {
        return Ok(());
    };
    if env::all().any(|variable| variable == MARK) {
        return Ok(());
    }
    let mut args = ExecArgs::new(buffer);
    args.push(&[wrapper]);
    for word in env::command_line() {
        args.push_static(word);
    }
    args.end();
    args.push(&[MARK]);
    args.push_environment(|_| true);
    Err((wrapper, if args.fit() { args.execute() } else { TOO_LONG }))
}
