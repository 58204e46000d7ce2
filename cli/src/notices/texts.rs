//! The texts of licences: found in the folder of a package, or the standard words.

use std::fs;
use std::path::Path;

use super::expression::{self, All};
use super::linked::Package;
use crate::error::{Context, Error};
use crate::message;

/// Words by which the text of a licence is recognized, with single spaces.
const MARKS: &[(&str, &str)] = &[
    ("0BSD", "for any purpose with or without fee is hereby granted. THE SOFTWARE"),
    ("Apache-2.0", "Apache License Version 2.0, January 2004"),
    ("BSD-2-Clause", "Redistribution and use in source and binary forms"),
    ("BSD-3-Clause", "may be used to endorse or promote products derived from this software"),
    ("BSL-1.0", "Boost Software License - Version 1.0"),
    ("ISC", "for any purpose with or without fee is hereby granted, provided that"),
    ("MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("Unicode-3.0", "UNICODE LICENSE V3"),
    ("Unlicense", "This is free and unencumbered software released into the public domain"),
    ("Zlib", "This software is provided 'as-is', without any express or implied warranty"),
];

/// The licences whose words have no place for the package's name. They are those of this package.
const STANDARD: &[(&str, &str)] = &[
    ("Apache-2.0", include_str!("../../../LICENSE-APACHE")),
    ("MIT", include_str!("../../../LICENSE-MIT")),
];

/// The words of a licence without the lines of its copyright.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its words with single spaces: two texts that are only wrapped differently are equal.
    words: String,
    lines: String,
}

/// A text that applies to a package.
#[derive(Debug)]
pub struct Notice {
    pub text: Text,
    pub copyright: Vec<String>,
}

/// A file of a package.
struct File {
    licences: Vec<&'static str>,
    text: String,
}

/// Returns the notices of a package: the texts of the licences that are preferred among those that
/// it offers, and what it adds to them in files of their own.
///
/// # Errors
/// The package's licence isn't an expression, a file can't be read, or a licence has neither a file
/// nor standard words.
pub fn of(package: &Package) -> Result<Vec<Notice>, Error> {
    let files = files(package)?;
    let Some(licence) = &package.licence else {
        return Ok(files.iter().map(|file| notice(&file.text)).collect());
    };
    let alternatives = expression::alternatives(licence).map_err(|()| {
        Error::new(format!(
            "the package {package} declares the licence `{licence}`, which isn't an SPDX expression"
        ))
    })?;
    let offered: Vec<&str> = alternatives.iter().flatten().map(|licence| base(licence)).collect();
    let chosen: &All = expression::preferred(&alternatives)
        .ok_or_else(|| Error::new(format!("the package {package} declares an empty licence")))?;
    let mut notices = Vec::new();
    for licence in chosen {
        let file = files.iter().find(|file| file.licences.contains(&base(licence)));
        match (file, standard(licence)) {
            (Some(file), _) => notices.push(notice(&file.text)),
            // The files that aren't recognized, which are added below, include it.
            (None, _) if files.iter().any(|file| file.licences.is_empty()) => {}
            (None, Some(words)) => {
                message::warning(format_args!(
                    "{package} has no file with the text of {licence}: the notices have its standard words"
                ));
                notices.push(Notice { text: notice(words).text, copyright: authors(package) });
            }
            (None, None) => {
                return Err(Error::new(format!(
                    "the package {package} has no file with the text of its licence, {licence}, for which there are no standard words \
                     here: ask its authors to add the file"
                )));
            }
        }
    }
    // Texts of other origin, and NOTICE (Apache License 2.0, section 4, d).
    let is_addition = |file: &&File| !file.licences.iter().any(|licence| offered.contains(licence));
    notices.extend(files.iter().filter(is_addition).map(|file| notice(&file.text)));
    Ok(notices)
}

/// Returns the notices of what the toolchain links into a program for musl. Both are under the MIT
/// licence: <https://github.com/rust-lang/rust/blob/master/COPYRIGHT>,
/// <https://git.musl-libc.org/cgit/musl/tree/COPYRIGHT>.
pub fn of_toolchain() -> impl Iterator<Item = (&'static str, Notice)> {
    [
        ("Rust's standard library", "Copyright (c) The Rust Project Contributors"),
        ("musl", "Copyright (c) 2005-2020 Rich Felker, et al."),
    ]
    .into_iter()
    .filter_map(|(name, copyright)| {
        let text = notice(standard("MIT")?).text;
        Some((name, Notice { text, copyright: vec![copyright.to_owned()] }))
    })
}

/// Returns the files of a package that have to do with its licence: those of the first folder that
/// has any.
fn files(package: &Package) -> Result<Vec<File>, Error> {
    if let Some(path) = &package.licence_file {
        return Ok(vec![file(path)?]);
    }
    for folder in &package.folders {
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).context(folder.display())? {
            let path = entry.context(folder.display())?.path();
            if path.is_file() && is_about_licences(&path) {
                paths.push(path);
            }
        }
        paths.sort();
        if !paths.is_empty() {
            return paths.iter().map(file).collect();
        }
    }
    Ok(Vec::new())
}

fn is_about_licences(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    ["license", "licence", "copying", "unlicense", "notice"]
        .iter()
        .any(|start| name.starts_with(start))
}

fn file(path: impl AsRef<Path>) -> Result<File, Error> {
    let path = path.as_ref();
    let text = fs::read_to_string(path).context(path.display())?;
    let words = words(&text);
    let has = |mark: &str| words.contains(mark);
    let mut licences: Vec<_> =
        MARKS.iter().filter(|(_, mark)| has(mark)).map(|(licence, _)| *licence).collect();
    // Three clauses include the words of two.
    if licences.contains(&"BSD-3-Clause") {
        licences.retain(|licence| *licence != "BSD-2-Clause");
    }
    Ok(File { licences, text })
}

fn standard(licence: &str) -> Option<&'static str> {
    STANDARD.iter().find(|(known, _)| *known == licence).map(|(_, words)| *words)
}

/// Returns a licence without its exception, whose text follows the licence's in the same file.
fn base(licence: &str) -> &str {
    licence.split(" WITH ").next().unwrap_or(licence)
}

/// Returns the copyright of a package without a file: its authors, if it names them.
fn authors(package: &Package) -> Vec<String> {
    let authors = package.authors.join(", ");
    let authors =
        if authors.is_empty() { format!("the authors of {}", package.name) } else { authors };
    vec![format!("Copyright (c) {authors}")]
}

fn notice(text: &str) -> Notice {
    // The words of the Apache License have a template of a copyright, which is part of them.
    let separates = !words(text).contains("Apache License");
    let is_copyright =
        |line: &&str| separates && line.to_ascii_lowercase().starts_with("copyright ");
    // One licence is a comment of Rust.
    let lines = || text.lines().map(|line| line.strip_prefix("//").unwrap_or(line).trim_end());
    let copyright = lines().map(str::trim_start).filter(is_copyright).map(str::to_owned).collect();
    let rest: Vec<&str> = lines().filter(|line| !is_copyright(&line.trim_start())).collect();
    let lines = rest.join("\n").trim_matches('\n').to_owned();
    Notice { text: Text { words: words(&lines), lines }, copyright }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Text {
    pub fn as_str(&self) -> &str {
        &self.lines
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.words.cmp(&other.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copyrights_are_separate_and_wrapping_makes_no_difference() {
        let one = notice("Copyright (c) 2020 A\n\nDo what\nyou like.\n");
        let other =
            notice("// Copyright 2021 B\n//  copyright 2022 C\n//\n// Do what you\n// like.");
        assert_eq!(one.text, other.text);
        assert_eq!(one.text.as_str(), "Do what\nyou like.");
        assert_eq!(one.copyright, ["Copyright (c) 2020 A"]);
        assert_eq!(other.copyright, ["Copyright 2021 B", "copyright 2022 C"]);
        assert_ne!(one.text, notice("Do what you want.").text);
    }

    #[test]
    fn the_template_of_the_apache_license_remains() {
        let (_, apache) = STANDARD[0];
        let notice = notice(apache);
        assert!(notice.copyright.is_empty() && notice.text.as_str().contains("Copyright [yyyy]"));
    }

    #[test]
    fn standard_words_are_recognized() {
        for (licence, words) in STANDARD {
            let path = std::env::temp_dir().join(format!("{}-{licence}", std::process::id()));
            fs::write(&path, words).unwrap();
            let file = file(&path).unwrap();
            fs::remove_file(&path).unwrap();
            assert_eq!(file.licences, [*licence]);
        }
    }
}
