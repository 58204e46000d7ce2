//! The sections of a page that `bench publish` writes: each is between two markers, which have a
//! line each.

use cargo_barelambda::error::Error;

/// Replaces the text between the markers `<!-- name: begin -->` and `<!-- name: end -->`.
pub fn replace(text: &str, name: &str, section: &str) -> Result<String, Error> {
    let find = |end: &str| {
        let marker = format!("<!-- {name}: {end} -->\n");
        let found: Vec<usize> = text.match_indices(&marker).map(|(at, _)| at).collect();
        match found[..] {
            [at] => Ok((at, at + marker.len())),
            [] => Err(Error::new(format!("missing marker `{}`", marker.trim()))),
            _ => Err(Error::new(format!("duplicate marker `{}`", marker.trim()))),
        }
    };
    let ((_, begin), (end, _)) = (find("begin")?, find("end")?);
    if end < begin {
        return Err(Error::new(format!(
            "the marker `<!-- {name}: end -->` is before its beginning"
        )));
    }
    Ok(format!("{}{section}{}", &text[..begin], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# A\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nB\n";

    #[test]
    fn only_the_section_changes() {
        let expected = "# A\n<!-- bench: begin -->\nnew\n<!-- bench: end -->\nB\n";
        assert_eq!(replace(PAGE, "bench", "new\n").expect("it has both markers"), expected);
    }

    #[test]
    fn a_missing_duplicate_or_late_marker_is_named() {
        let begin = "<!-- bench: begin -->\n";
        let error =
            |page: &str| replace(page, "bench", "new").expect_err("it has no section").to_string();
        assert_eq!(error(&PAGE.replace(begin, "")), "missing marker `<!-- bench: begin -->`");
        assert_eq!(
            error(&PAGE.replace(begin, &begin.repeat(2))),
            "duplicate marker `<!-- bench: begin -->`"
        );
        assert_eq!(
            error(&format!("{}{begin}", PAGE.replace(begin, ""))),
            "the marker `<!-- bench: end -->` is before its beginning"
        );
    }
}
