//! The runtime's messages.

#[cfg(formatted_log)]
use super::formatted::Line;
#[cfg(not(formatted_log))]
use super::formatted::{REQUEST_ID, begin_json, push_id};
use super::settings::{Format, threshold};
use super::{ID, LINE, Level};
use crate::bytes::cursor::Cursor;
use crate::runtime_api::invocation::InvocationHead;
#[cfg(not(formatted_log))]
use crate::sys::clock;
use crate::sys::stderr;

/// The beginning of every message.
const NAME: &[u8] = b"barelambda: ";

/// Whether `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL` apply.
const HAS_JSON: bool = cfg!(feature = "json-log");

/// The most bytes of a line of JSON without the body of an error: two ids, and 200 more.
const OTHERS: usize = 2 * ID + 256;

/// The end of a line of JSON.
const JSON_END: &[u8] = b"\"}\n";

/// Writes a message of the runtime: `text`, then `number` unless it is zero, then `rest` unless it
/// is empty. Does nothing if the level is below the threshold.
///
/// The line stays one line, and valid JSON: control characters in `rest` become spaces; in JSON,
/// quotes, backslashes and bytes other than ASCII become `'`, `/` and `?`.
pub(crate) fn line(
    level: Level,
    invocation: Option<&InvocationHead<'_>>,
    text: &[u8],
    number: u32,
    rest: &[u8],
) {
    write(level, invocation, text, number, rest, false);
}

/// Writes that something failed. `body` is the error that the caller receives, as an
/// [`ErrorBody`](crate::runtime_api::answer::ErrorBody) writes it. In JSON, its members are members
/// of the line, unless it is too long: then it is cut, as a part of the message. Does nothing if
/// the level is below the threshold.
pub(crate) fn failed(
    level: Level,
    invocation: Option<&InvocationHead<'_>>,
    text: &[u8],
    body: &[u8],
) {
    write(level, invocation, text, 0, body, true);
}

#[inline(never)]
fn write(
    level: Level,
    invocation: Option<&InvocationHead<'_>>,
    text: &[u8],
    number: u32,
    rest: &[u8],
    is_body: bool,
) {
    if HAS_JSON && level > threshold() {
        return;
    }
    let is_json = HAS_JSON && Format::from_environment() == Format::Json;
    let mut buffer = [0; LINE];
    let mut line = Cursor::new(&mut buffer);
    begin(&mut line, is_json, level, invocation);
    line.push(text);
    if number > 0 {
        line.push(b" ");
        line.push_number(number.into());
    }
    let mut end = if is_json { JSON_END } else { b"\n" };
    if is_json && is_body && rest.len() <= LINE - OTHERS {
        // The body is escaped, and ends the object.
        line.push(b"\",");
        line.push(rest.get(1..).unwrap_or_default());
        end = b"\n";
    } else if !rest.is_empty() {
        line.push(b": ");
        for &byte in rest.get(..LINE - OTHERS).unwrap_or(rest) {
            line.push(&[harmless(byte, is_json)]);
        }
    }
    line.push(end);
    stderr::write(line.into_written());
}

/// Returns the byte that a line has in place of `byte`.
#[inline(always)]
const fn harmless(byte: u8, is_json: bool) -> u8 {
    match byte {
        ..b' ' => b' ',
        b'"' if is_json => b'\'',
        b'\\' if is_json => b'/',
        0x7f.. if is_json => b'?',
        _ => byte,
    }
}

/// Writes the part before the text of a message.
#[cfg(formatted_log)]
fn begin(
    line: &mut Cursor<'_>,
    is_json: bool,
    level: Level,
    invocation: Option<&InvocationHead<'_>>,
) {
    let format = if is_json { Format::Json } else { Format::Text };
    Line::new(format, level, invocation).begin(line);
    line.push(NAME);
}

/// Writes the part before the text of a message. Only JSON has a time and a level.
#[cfg(not(formatted_log))]
fn begin(
    line: &mut Cursor<'_>,
    is_json: bool,
    level: Level,
    invocation: Option<&InvocationHead<'_>>,
) {
    if is_json {
        begin_json(line, clock::now_ms(), level);
        if let Some(invocation) = invocation {
            line.push(REQUEST_ID);
            push_id(line, invocation.request_id());
        }
        line.push(b"\",\"message\":\"barelambda: ");
    } else {
        line.push(NAME);
        if let Some(invocation) = invocation {
            push_id(line, invocation.request_id());
            line.push(b" ");
        }
    }
}
