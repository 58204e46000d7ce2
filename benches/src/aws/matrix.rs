//! Parses what to measure: `NAMES:MEMORY:ARCHITECTURES`. Each is a list, and the last two are
//! optional.

use std::fmt;

use cargo_barelambda::error::Error;
use serde::{Deserialize, Serialize};

/// The name for all contenders.
pub const ALL: &str = "all";

/// Lambda's minimum, and the size with one vCPU: "At 1,769 MB, a function has the equivalent of one
/// vCPU".
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
const MEMORY: &str = "128,1769";

const ARCHITECTURES: &str = "arm64,x86_64";

/// A function to measure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    pub contender: String,
    /// In MB.
    pub memory: u32,
    /// Lambda's name of the architecture.
    pub architecture: String,
}

impl Variant {
    /// Returns the name of its row in the record of its architecture.
    pub fn row(&self) -> String {
        format!("{}-{}", self.contender, self.memory)
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}-{}", self.contender, self.architecture, self.memory)
    }
}

/// Returns the distinct variants of these parts, in this order.
///
/// # Errors
/// A part has an invalid value.
pub fn variants<'a>(
    parts: impl IntoIterator<Item = &'a str>,
    contenders: &[&str],
) -> Result<Vec<Variant>, Error> {
    let mut variants = Vec::new();
    for part in parts {
        let wrong = |how: String| Error::new(format!("--matrix {part}: {how}"));
        let fields: Vec<&str> = part.split(':').collect();
        if fields.len() > 3 {
            return Err(wrong("too many fields: expected NAMES:MEMORY:ARCHITECTURES".into()));
        }
        let field = |index: usize, usual| {
            fields.get(index).copied().filter(|field| !field.is_empty()).unwrap_or(usual)
        };
        let mut names = Vec::new();
        for name in field(0, ALL).split(',') {
            match contenders.iter().find(|known| **known == name) {
                Some(name) => names.push(*name),
                None if name == ALL => names.extend(contenders),
                None => {
                    return Err(wrong(format!(
                        "no contender named `{name}`: expected one of {}",
                        contenders.join(", ")
                    )));
                }
            }
        }
        for architecture in field(2, ARCHITECTURES).split(',') {
            if !["arm64", "x86_64"].contains(&architecture) {
                return Err(wrong(format!(
                    "invalid architecture `{architecture}`: expected arm64 or x86_64"
                )));
            }
            for memory in field(1, MEMORY).split(',') {
                let size = memory.parse().ok().filter(|size| (128..=10_240).contains(size));
                let size = size.ok_or_else(|| {
                    wrong(format!("invalid memory size `{memory}`: expected 128 to 10240 MB"))
                })?;
                for name in &names {
                    let variant = Variant {
                        contender: (*name).to_owned(),
                        memory: size,
                        architecture: architecture.to_owned(),
                    };
                    if !variants.contains(&variant) {
                        variants.push(variant);
                    }
                }
            }
        }
    }
    Ok(variants)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(parts: &[&str]) -> Result<String, String> {
        let variants = variants(parts.iter().copied(), &["floor", "echo"])
            .map_err(|error| error.to_string())?;
        Ok(variants.iter().map(Variant::to_string).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn omitted_fields_have_defaults() {
        let usual = "echo-arm64-128 echo-arm64-1769 echo-x86_64-128 echo-x86_64-1769";
        assert_eq!(shown(&["echo"]).as_deref(), Ok(usual));
        assert_eq!(shown(&["echo::"]).as_deref(), Ok(usual));
        assert_eq!(shown(&["all:128:arm64"]).as_deref(), Ok("floor-arm64-128 echo-arm64-128"));
        assert_eq!(shown(&[":256:x86_64"]).as_deref(), Ok("floor-x86_64-256 echo-x86_64-256"));
    }

    #[test]
    fn parts_are_joined_without_duplicates() {
        assert_eq!(
            shown(&["echo,floor:128:arm64", "echo:128,512:arm64"]).as_deref(),
            Ok("echo-arm64-128 floor-arm64-128 echo-arm64-512")
        );
    }

    #[test]
    fn an_invalid_part_is_refused() {
        for (part, how) in [
            ("eco:128", "--matrix eco:128: no contender named `eco`: expected one of floor, echo"),
            ("echo:64", "invalid memory size `64`"),
            ("echo:128MB", "invalid memory size `128MB`"),
            ("echo:128:riscv", "invalid architecture `riscv`"),
            ("echo:128:arm64:4", "too many fields: expected NAMES:MEMORY:ARCHITECTURES"),
        ] {
            let words = shown(&[part]).unwrap_err();
            assert!(words.contains(how), "{words}");
        }
    }
}
