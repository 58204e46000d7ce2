//! Where a new function is: its folder, its name, and the clone that it depends on.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::error::{Context, Error};

/// The names that cargo rejects for a package: keywords, crates that every program links, and
/// cargo's folders in the target directory.
const RESERVED: &str = "abstract alloc as async await barelambda become box break build const continue core crate \
     deps do dyn else enum examples extern false final fn for gen if impl in incremental let loop \
     macro match mod move mut override priv proc_macro pub ref return self serde static std struct \
     super test trait true try type typeof unsafe unsized use virtual where while yield";

/// The maximum length of a Lambda function's name, in characters
/// ([CreateFunction](https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html)).
const LONGEST_NAME: usize = 64;

/// Returns the absolute path without `..`, and with the targets of symbolic links, as far as it
/// exists.
pub fn resolved(path: &Path) -> io::Result<PathBuf> {
    let mut known = PathBuf::new();
    for component in std::path::absolute(path)?.components() {
        match component {
            Component::ParentDir => {
                known.pop();
            }
            component => known.push(component),
        }
        if let Ok(real) = known.canonicalize() {
            known = real;
        }
    }
    Ok(known)
}

/// Returns the name, if it is valid for a package and for a Lambda function.
pub fn checked_name(name: &str) -> Result<&str, Error> {
    let is_fit = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.len() <= LONGEST_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !is_fit {
        return Err(Error::new(format!(
            "invalid function name `{name}`: expected a letter, then letters, digits, `-` and `_`, at most {LONGEST_NAME} \
             characters; --name sets another than the directory's"
        )));
    }
    if RESERVED.split_whitespace().any(|reserved| reserved == name) {
        return Err(Error::new(format!(
            "invalid function name `{name}`: it is reserved by Rust or cargo; --name sets another than the directory's"
        )));
    }
    Ok(name)
}

/// Returns the absolute path of a clone of barelambda's repository: the one that the user names, or
/// else `own`, from which this tool was built.
pub fn checkout(given: Option<&Path>, own: &Path) -> Result<PathBuf, Error> {
    let Some(path) = given else {
        return clone_at(own).map_err(|_| {
            Error::new(format!(
                "barelambda isn't on crates.io yet, and the clone that this tool was built from isn't in {} any more: pass the path of \
                 a clone with --path",
                own.display()
            ))
        });
    };
    clone_at(path).map_err(|error| Error::new(format!("--path {}: {error}", path.display())))
}

fn clone_at(path: &Path) -> Result<PathBuf, String> {
    let full = path.canonicalize().map_err(|error| error.to_string())?;
    let manifest = fs::read_to_string(full.join("Cargo.toml")).unwrap_or_default();
    if !manifest.lines().any(|line| line == "name = \"barelambda\"") {
        return Err("no package `barelambda`: expected a clone of its repository".to_owned());
    }
    Ok(full)
}

/// Returns the path of the clone as the function's files name it: relative if they are neighbours,
/// so that both can be moved together.
pub fn from_function(folder: &Path, checkout: &Path) -> PathBuf {
    match (checkout.parent(), checkout.file_name()) {
        (Some(parent), Some(name)) if folder.parent() == Some(parent) => Path::new("..").join(name),
        _ => checkout.to_owned(),
    }
}

/// Returns the cargo configuration in a parent directory that already has the flags for bare
/// programs: that of a clone.
pub fn configured(folder: &Path) -> Option<PathBuf> {
    let mut configurations =
        folder.ancestors().skip(1).map(|above| above.join(".cargo/config.toml"));
    configurations.find(|path| {
        fs::read_to_string(path).is_ok_and(|text| text.contains(crate::build::flags::SCRIPT))
    })
}

/// Returns the resolved folder and the function's name, which is that of the folder unless `name`
/// is set.
pub fn named(given: &Path, name: Option<&String>) -> Result<(PathBuf, String), Error> {
    let folder = resolved(given).context(given.display())?;
    let last = folder.file_name().and_then(|last| last.to_str()).unwrap_or_default().to_owned();
    let name = name.unwrap_or(&last);
    Ok((folder, checked_name(name)?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["a", "my-function", "x_1", "Build", &"x".repeat(64)] {
            assert!(checked_name(good).is_ok(), "{good}");
        }
        for bad in ["", "1a", "a b", "ä", "-a", "a.b", "..", "/", &"x".repeat(65)] {
            let words = checked_name(bad).unwrap_err().to_string();
            assert!(words.contains("expected a letter") && words.contains("--name"), "{bad}");
        }
        for bad in ["test", "barelambda", "fn", "build", "deps", "examples", "incremental"] {
            let words = checked_name(bad).unwrap_err().to_string();
            assert!(words.contains(&format!("`{bad}`: it is reserved")), "{bad}: {words}");
        }
    }

    #[test]
    fn parents_and_links_are_resolved() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap();
        let parent = root.parent().unwrap();
        assert_eq!(resolved(&root.join("../new/er")).unwrap(), parent.join("new/er"));
        assert_eq!(resolved(&root.join("a/../b")).unwrap(), root.join("b"));
        let (folder, name) = named(&root.join("src/.."), None).unwrap();
        assert_eq!((folder, name.as_str()), (root, "cli"));
    }

    #[test]
    fn a_neighbour_is_named_by_a_relative_path() {
        let path = |folder, checkout| from_function(Path::new(folder), Path::new(checkout));
        assert_eq!(path("/home/mine", "/home/barelambda"), Path::new("../barelambda"));
        assert_eq!(path("/home/deep/mine", "/home/barelambda"), Path::new("/home/barelambda"));
        assert_eq!(
            path("/home/barelambda/mine", "/home/barelambda"),
            Path::new("/home/barelambda")
        );
    }

    #[test]
    fn a_clone_above_already_has_the_flags() {
        let clone = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().canonicalize().unwrap();
        assert_eq!(configured(&clone.join("mine")), Some(clone.join(".cargo/config.toml")));
        assert_eq!(configured(&resolved(&clone.join("../../mine")).unwrap()), None);
    }

    #[test]
    fn a_clone_is_distinguished_from_other_folders() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.parent().unwrap();
        let full = root.canonicalize().unwrap();
        assert_eq!(checkout(Some(root), here).unwrap(), full);
        assert_eq!(checkout(None, root).unwrap(), full);
        let failed = |given, own| checkout(given, own).unwrap_err().to_string();
        assert!(failed(Some(here), root).contains("no package `barelambda`"));
        let nowhere = Path::new("/nowhere/at/all");
        assert!(failed(Some(nowhere), root).starts_with("--path /nowhere/at/all: "));
        let words = failed(None, nowhere);
        assert!(words.contains("isn't in /nowhere/at/all any more"), "{words}");
    }
}
