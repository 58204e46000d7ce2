use core::fmt;
use std::string::{String, ToString};
use std::{format, vec};

use crate::log::formatted::{Line, NOT_SHOWN};
use crate::log::{CUT, Format, ID, LINE, Level};

/// 2026-11-22T20:06:39.007Z
const NOW: u64 = 1_795_377_999_007;

fn line(format: Format) -> Line<'static> {
    Line { format, now_ms: NOW, level: Level::Info, request_id: b"r-1", tenant_id: b"" }
}

/// Returns the line in a buffer of `size` bytes.
fn in_size(size: usize, line: &Line<'_>, message: fmt::Arguments<'_>) -> String {
    let mut buffer = vec![0; size];
    let written = line.write(&mut buffer, |text| text.push_arguments(message));
    str::from_utf8(written).expect("characters are whole").to_string()
}

fn text(line: &Line<'_>, message: &str) -> String {
    in_size(LINE, line, format_args!("{message}"))
}

#[test]
fn a_line_of_text() {
    assert_eq!(
        text(&line(Format::Text), "sold \"7\""),
        "2026-11-22T20:06:39.007Z r-1 INFO sold \"7\"\n"
    );
    let outside =
        Line { request_id: b"", tenant_id: b"blue", level: Level::Fatal, ..line(Format::Text) };
    assert_eq!(text(&outside, "é"), "2026-11-22T20:06:39.007Z - FATAL é\n");
}

#[test]
fn a_message_of_several_lines_stays_one_line_of_text() {
    let text = text(&line(Format::Text), "\na\r\nb\n\nc\u{0}\t\u{1b}[1m\n");
    assert_eq!(text, "2026-11-22T20:06:39.007Z r-1 INFO \ra\r\rb\r\rc\u{0}\t\u{1b}[1m\r\n");
}

#[test]
fn a_line_of_json() {
    let json = r#"{"timestamp":"2026-11-22T20:06:39.007Z","level":"INFO","requestId":"r-1","message":"sold \"7\"\n"}"#;
    assert_eq!(text(&line(Format::Json), "sold \"7\"\n"), format!("{json}\n"));
    let tenant = Line { tenant_id: b"a\"b", level: Level::Trace, ..line(Format::Json) };
    let json = r#"{"timestamp":"2026-11-22T20:06:39.007Z","level":"TRACE","requestId":"r-1","tenantId":"a\"b","message":""}"#;
    assert_eq!(text(&tenant, ""), format!("{json}\n"));
    let outside = Line { request_id: b"", ..line(Format::Json) };
    let json = r#"{"timestamp":"2026-11-22T20:06:39.007Z","level":"INFO","message":"\\ \u0000 é"}"#;
    assert_eq!(text(&outside, "\\ \0 é"), format!("{json}\n"));
}

#[test]
fn a_message_is_cut_between_characters_at_every_size() {
    let message = "é\u{1f600}\"\n0123456789".repeat(20);
    for (format, escaped, end) in [
        (Format::Text, message.replace('\n', "\r"), "\n"),
        (Format::Json, message.replace('"', "\\\"").replace('\n', "\\n"), "\"}\n"),
    ] {
        let whole = text(&line(format), &message);
        let start = whole.strip_suffix(&format!("{escaped}{end}")).expect("all of it is there");
        for size in start.len() + 40..whole.len() + 30 {
            let written = in_size(size, &line(format), format_args!("{message}"));
            assert!(written.len() <= size, "{size}");
            if written == whole {
                assert!(size >= whole.len() + NOT_SHOWN.len());
                continue;
            }
            let shown = written
                .strip_prefix(start)
                .and_then(|rest| rest.strip_suffix(&format!("{CUT}{end}")));
            let shown = shown.unwrap_or_else(|| panic!("{size}: {written}"));
            assert!(escaped.starts_with(shown) && shown.len() < escaped.len(), "{size}: {written}");
            // The space is for the longer mark, and for a character that didn't fit.
            assert!(written.len() + NOT_SHOWN.len() - CUT.len() + 6 > size, "{size}: {written}");
        }
    }
}

#[test]
fn a_long_line_is_at_most_pipe_buf() {
    for format in [Format::Text, Format::Json] {
        for message in ["x", "\0", "é", "\u{1f600}"].map(|text| text.repeat(100_000)) {
            let written = text(&line(format), &message);
            assert!(written.len() <= LINE && written.len() > LINE - 16, "{}", written.len());
            assert!(written.contains(CUT) && written.ends_with('\n'));
        }
    }
}

#[test]
fn long_ids_leave_space_for_the_message() {
    let (request_id, tenant_id) = ("r".repeat(10_000), "é\n".repeat(10_000));
    let long = |format| Line {
        request_id: request_id.as_bytes(),
        tenant_id: tenant_id.as_bytes(),
        ..line(format)
    };
    let json = text(&long(Format::Json), "the message");
    assert!(json.contains(&format!(":\"{}\",\"tenantId\":\"é\\né", "r".repeat(ID))), "{json}");
    assert!(json.ends_with(&format!("{CUT}\",\"message\":\"the message\"}}\n")), "{json}");
    assert!(json.len() < 2500);
    assert!(text(&long(Format::Text), "the message").ends_with("rrr INFO the message\n"));
}

#[test]
fn text_after_a_cut_is_dropped() {
    struct Stubborn;
    impl fmt::Display for Stubborn {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let _ = f.write_str(&"x".repeat(5000));
            let _ = f.write_str("y");
            Ok(())
        }
    }
    let written = in_size(LINE, &line(Format::Json), format_args!("{Stubborn}z"));
    assert!(written.ends_with("xxx…[cut]\"}\n"), "{written}");
}

#[test]
fn a_failing_display_keeps_the_line() {
    struct Broken(usize);
    impl fmt::Display for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&"b".repeat(self.0))?;
            Err(fmt::Error)
        }
    }
    for (format, end) in [(Format::Text, "\n"), (Format::Json, "\"}\n")] {
        let written = in_size(LINE, &line(format), format_args!("before {} after", Broken(1)));
        assert!(written.ends_with(&format!("before b…[not shown]{end}")), "{written}");
        // At every length, the mark fits or the text was truncated before.
        for length in LINE - 150..LINE {
            let written = in_size(LINE, &line(format), format_args!("{}", Broken(length)));
            assert!(
                written.ends_with(&format!("b…[not shown]{end}"))
                    || written.ends_with(&format!("b…[cut]{end}")),
                "{written}"
            );
        }
    }
}
