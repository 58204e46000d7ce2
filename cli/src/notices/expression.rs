//! Licence expressions: SPDX 3.0.1, annex B, and cargo's older form `MIT/Apache-2.0`.
//! <https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/>

/// The licences that are preferred if a package offers several, the shortest text first.
const PREFERRED: &[&str] = &[
    "MIT",
    "MIT-0",
    "0BSD",
    "ISC",
    "Zlib",
    "BSL-1.0",
    "Unlicense",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Unicode-3.0",
    "Apache-2.0",
];

/// The licences that apply together, each with its exception if there is one: `Apache-2.0 WITH
/// LLVM-exception`.
pub type All = Vec<String>;

/// Returns the alternatives of an expression.
///
/// # Errors
/// It isn't a valid expression.
pub fn alternatives(expression: &str) -> Result<Vec<All>, ()> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = &words[..];
    let found = any(&mut rest)?;
    if rest.is_empty() { Ok(found) } else { Err(()) }
}

/// Returns the alternative that is preferred.
pub fn preferred(alternatives: &[All]) -> Option<&All> {
    let rank = |licence: &String| {
        PREFERRED.iter().position(|known| known == licence).unwrap_or(PREFERRED.len())
    };
    alternatives.iter().min_by_key(|all| (all.iter().map(rank).max(), all.len()))
}

/// `all OR all …`
fn any(rest: &mut &[&str]) -> Result<Vec<All>, ()> {
    let mut found = all(rest)?;
    while take(rest, "OR") {
        found.extend(all(rest)?);
    }
    Ok(found)
}

/// `one AND one …`, which binds more tightly than OR.
fn all(rest: &mut &[&str]) -> Result<Vec<All>, ()> {
    let mut found = one(rest)?;
    while take(rest, "AND") {
        let others = one(rest)?;
        found = found
            .iter()
            .flat_map(|first| others.iter().map(move |other| [&first[..], other].concat()))
            .collect();
    }
    Ok(found)
}

/// `(any)`, `LICENCE` or `LICENCE WITH EXCEPTION`
fn one(rest: &mut &[&str]) -> Result<Vec<All>, ()> {
    if take(rest, "(") {
        let found = any(rest)?;
        return if take(rest, ")") { Ok(found) } else { Err(()) };
    }
    let mut licence = name(rest)?.to_owned();
    if take(rest, "WITH") {
        licence = format!("{licence} WITH {}", name(rest)?);
    }
    Ok(vec![vec![licence]])
}

fn name<'a>(rest: &mut &[&'a str]) -> Result<&'a str, ()> {
    let (&first, others) = rest.split_first().ok_or(())?;
    let is_name = first.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.+:".contains(&byte))
        && !["AND", "OR", "WITH"].contains(&first);
    *rest = others;
    if is_name { Ok(first) } else { Err(()) }
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    let is_next = rest.first() == Some(&word);
    if is_next {
        *rest = &rest[1..];
    }
    is_next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(expression: &str) -> String {
        preferred(&alternatives(expression).unwrap()).unwrap().join(" + ")
    }

    #[test]
    fn the_preferred_alternative() {
        for (expression, expected) in [
            ("MIT", "MIT"),
            ("Apache-2.0 OR MIT", "MIT"),
            ("MIT/Apache-2.0", "MIT"),
            ("Apache-2.0 / MIT", "MIT"),
            ("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", "MIT"),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", "MIT + Unicode-3.0"),
            ("MIT AND (Apache-2.0 OR (ISC))", "MIT + ISC"),
            ("Apache-2.0 AND MIT OR BSD-3-Clause", "BSD-3-Clause"),
            ("MIT AND ISC OR MIT", "MIT"),
            ("GPL-3.0-or-later OR Apache-2.0", "Apache-2.0"),
            ("LicenseRef-own", "LicenseRef-own"),
            ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"),
        ] {
            assert_eq!(chosen(expression), expected, "{expression}");
        }
    }

    #[test]
    fn invalid_expressions() {
        for expression in [
            "",
            "MIT OR",
            "OR MIT",
            "(MIT",
            "MIT)",
            "MIT MIT",
            "MIT WITH",
            "MIT AND AND ISC",
            "see file",
            "a,b",
            "()",
        ] {
            assert_eq!(alternatives(expression), Err(()), "{expression:?}");
        }
    }
}
