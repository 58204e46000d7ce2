//! Reads what the modules of a crate import from each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The sources of a crate, without comments, texts and tests.
pub struct Sources {
    /// By the names of the module and of those around it, `::` between them; the root is empty.
    modules: BTreeMap<String, Module>,
}

struct Module {
    /// Relative to `src`.
    file: String,
    text: String,
    /// What the module re-exports: the name, and the path as it is written.
    exports: BTreeMap<String, Vec<String>>,
}

impl Sources {
    /// Reads the sources of the crate in a folder of the repository, which is empty for the root.
    pub fn read(folder: &str) -> Self {
        let src = src(folder);
        let mut modules = BTreeMap::new();
        let mut files = Vec::new();
        collect(&src, &mut files);
        for path in files {
            let file = path
                .strip_prefix(&src)
                .expect("it is in src")
                .to_str()
                .expect("the path is UTF-8")
                .to_owned();
            let mut names: Vec<_> = file.trim_end_matches(".rs").split('/').collect();
            if names.contains(&"tests") {
                continue;
            }
            if matches!(names[..], ["lib"] | [.., "mod"]) {
                names.pop();
            }
            let text =
                without_tests(&bare(&fs::read_to_string(&path).expect("the file can be read")));
            let exports = uses(&text)
                .filter(|(is_public, _)| *is_public)
                .flat_map(|(_, tree)| paths_of(&tree))
                .collect();
            modules.insert(names.join("::"), Module { file, text, exports });
        }
        Self { modules }
    }

    /// Which files import which, each pair once. A re-export is no import: what is imported through
    /// it, is imported from where it is.
    pub fn imports(&self) -> BTreeSet<(&str, &str)> {
        let mut imports = BTreeSet::new();
        for (name, module) in &self.modules {
            let imported = uses(&module.text)
                .filter(|(is_public, _)| !is_public)
                .flat_map(|(_, tree)| paths_of(&tree));
            for path in imported.map(|(_, path)| path).chain(paths_in(&module.text)) {
                if let Some(to) = self.resolve(name, &path)
                    && to.file != module.file
                {
                    imports.insert((module.file.as_str(), to.file.as_str()));
                }
            }
        }
        imports
    }

    /// The module in which what `path` names is defined; none if it is of another crate, or the
    /// root.
    fn resolve(&self, from: &str, path: &[String]) -> Option<&Module> {
        let mut rest = path.iter();
        let mut module = match path.first()?.as_str() {
            "crate" => {
                rest.next();
                String::new()
            }
            "self" => {
                rest.next();
                from.to_owned()
            }
            "super" => from.to_owned(),
            first if self.modules.contains_key(&join(from, first)) => from.to_owned(),
            _ => return None,
        };
        while let Some(name) = rest.next() {
            if name == "super" {
                module =
                    module.rsplit_once("::").map(|(outer, _)| outer.to_owned()).unwrap_or_default();
            } else if self.modules.contains_key(&join(&module, name)) {
                module = join(&module, name);
            } else if let Some(export) =
                self.modules.get(&module).and_then(|module| module.exports.get(name))
            {
                let further: Vec<_> = export.iter().chain(rest).cloned().collect();
                return self.resolve(&module, &further);
            } else {
                break;
            }
        }
        self.modules.get(&module)
    }
}

/// Returns the folder with the sources of the crate in a folder of the repository.
pub fn src(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package is in the workspace")
        .join(folder)
        .join("src")
}

pub fn folder(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or(file)
}

fn join(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.file_name().is_some_and(|name| name != "tests.rs")
        {
            files.push(path);
        }
    }
}

/// The text without comments, and with blanks in place of what is in quotation marks.
fn bare(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_raw = rest.starts_with("r\"") || rest.starts_with("r#\"");
        let is_after_word = bare.ends_with(|last: char| last.is_alphanumeric() || last == '_')
            && !bare.ends_with('b');
        let len = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if is_raw && !is_after_word {
            let end = if rest.starts_with("r\"") { "\"" } else { "\"#" };
            let start = rest.find('"').map_or(rest.len(), |start| start + 1);
            rest[start..].find(end).map_or(rest.len(), |at| start + at + end.len())
        } else if first == '"' {
            quoted(rest, '"')
        } else if first == '\''
            && (rest[1..].starts_with('\\') || rest[1..].chars().nth(1) == Some('\''))
        {
            quoted(rest, '\'')
        } else {
            bare.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        bare.push(' ');
        rest = &rest[len..];
    }
    bare
}

/// The length of what begins and ends with `mark`.
fn quoted(text: &str, mark: char) -> usize {
    let mut is_escaped = true;
    for (at, character) in text.char_indices() {
        if character == mark && !is_escaped {
            return at + 1;
        }
        // The first character is the mark that opens it.
        is_escaped = at > 0 && character == '\\' && !is_escaped;
    }
    text.len()
}

/// The text without the items that only tests have.
fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) =
        ["#[cfg(test)]", "#[cfg(all(test"].iter().filter_map(|mark| rest.find(mark)).min()
    {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut depth = 0;
        let mut end = rest.len();
        for (at, character) in rest.char_indices() {
            match character {
                '{' | '(' | '[' => depth += 1,
                '}' | ')' | ']' => depth -= 1,
                _ => {}
            }
            if depth == 0 && matches!(character, '}' | ';') {
                end = at + 1;
                break;
            }
        }
        rest = &rest[end..];
    }
    kept + rest
}

/// The `use` declarations: whether they re-export, and the text between `use` and the semicolon.
fn uses(text: &str) -> impl Iterator<Item = (bool, String)> {
    text.match_indices("use ").filter_map(|(at, word)| {
        let before = text[..at].trim_end_matches(' ');
        if !(before.is_empty() || before.ends_with(['\n', '{', ';', ']', ')', 'b'])) {
            return None;
        }
        let is_public = before.ends_with("pub")
            || before.ends_with(')')
                && before.rsplit('\n').next()?.trim_start().starts_with("pub(");
        let end = text[at..].find(';')?;
        Some((
            is_public,
            text[at + word.len()..at + end].split_whitespace().collect::<Vec<_>>().join(" "),
        ))
    })
}

/// The names that a `use` declaration brings, and their paths.
fn paths_of(tree: &str) -> Vec<(String, Vec<String>)> {
    let tree = tree.trim();
    let Some((prefix, group)) = tree.split_once('{') else {
        let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
        let path: Vec<_> = path
            .split("::")
            .filter(|name| !name.is_empty())
            .map(|name| name.trim().to_owned())
            .collect();
        let name = if name.is_empty() {
            path.last().cloned().unwrap_or_default()
        } else {
            name.to_owned()
        };
        return vec![(name, path)];
    };
    let prefix: Vec<_> = prefix
        .split("::")
        .filter(|name| !name.trim().is_empty())
        .map(|name| name.trim().to_owned())
        .collect();
    let group = group.trim_end().strip_suffix('}').expect("the group ends");
    let mut depth = 0;
    let parts = group.split(|character| {
        depth += i32::from(character == '{') - i32::from(character == '}');
        character == ',' && depth == 0
    });
    let inner = parts.filter(|part| !part.trim().is_empty()).flat_map(paths_of);
    inner
        .map(|(name, path)| {
            let is_self = path.len() == 1 && path[0] == "self";
            let whole: Vec<_> =
                prefix.iter().chain(path.iter().filter(|_| !is_self)).cloned().collect();
            (if is_self { whole.last().cloned().unwrap_or_default() } else { name }, whole)
        })
        .collect()
}

/// The paths outside of `use` declarations that begin with `crate` or `super`. What a macro names
/// through `$crate` is its caller's.
fn paths_in(text: &str) -> Vec<Vec<String>> {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | ':');
    let begins = text.match_indices("crate::").chain(text.match_indices("super::"));
    begins
        .filter(|(at, _)| !text[..*at].ends_with(|before: char| is_part(before) || before == '$'))
        .map(|(at, _)| {
            let path = text[at..].split(|character| !is_part(character)).next().unwrap_or_default();
            path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect()
        })
        .collect()
}

#[test]
fn sources_are_read_as_the_compiler_reads_them() {
    let text = "//! use crate::no;\npub(crate) use a::{B, c::{self, D as E}};\nuse crate::x::{self, Y};\nconst T: &str = \"use crate::no;\";\n\
        const R: &str = r#\"use \"crate::no;\"#; const C: char = '\"'; fn f<'a>(x: &'a super::z::Z) -> u8 { $crate::m() }\n\
        #[cfg(test)]\nmod tests {\n use crate::no;\n}\n#[cfg(all(test, unix))]\nuse crate::no;\nstruct Last;\n";
    let text = without_tests(&bare(text));
    assert!(!text.contains("no") && text.contains("struct Last"), "{text}");
    let found: Vec<_> = uses(&text)
        .flat_map(|(is_public, tree)| {
            paths_of(&tree).into_iter().map(move |(name, path)| (is_public, name, path.join("::")))
        })
        .collect();
    let expected = [
        (true, "B", "a::B"),
        (true, "c", "a::c"),
        (true, "E", "a::c::D"),
        (false, "x", "crate::x"),
        (false, "Y", "crate::x::Y"),
    ];
    assert_eq!(
        found,
        expected.map(|(is_public, name, path)| (is_public, name.to_owned(), path.to_owned()))
    );
    // Of a group, this is only the path before it.
    assert_eq!(
        paths_in(&text).into_iter().map(|path| path.join("::")).collect::<Vec<_>>(),
        ["crate::x", "super::z::Z"]
    );
}
