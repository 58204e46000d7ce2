//! Parses lld's map: columns with addresses, hexadecimal sizes and names, which are indented by
//! kind.

/// The owner of data that isn't in a function.
pub const CONSTANTS: &str = "constants";

/// A function, or a section of constants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// A crate, `musl` or [`CONSTANTS`].
    pub owner: String,
    /// Its name in the source, without the hash.
    pub name: String,
    /// In bytes.
    pub size: u64,
}

/// The columns of the names of output sections, input sections and symbols.
const OUTPUT: usize = 49;
const INPUT: usize = 57;
const SYMBOL: usize = 65;

/// Returns the parts that have bytes in the file.
pub fn parts(map: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut output, mut of_musl, mut of_constants) = (String::new(), false, false);
    for line in map.lines().skip(1) {
        let Some((size, rest)) = columns(line) else { continue };
        match line.len() - line.get(OUTPUT..).map_or(0, |rest| rest.trim_start().len()) {
            OUTPUT => output = rest.to_owned(),
            // .bss isn't in the file.
            _ if output == ".bss" => {}
            INPUT => {
                of_musl = rest.contains(".lo)") || rest.contains("compiler_builtins");
                of_constants = [".rodata", ".data", ".got"]
                    .iter()
                    .any(|kind| rest.contains(&format!(":({kind}")));
                if of_constants {
                    parts.push(Part { owner: CONSTANTS.to_owned(), name: rest.to_owned(), size });
                }
            }
            // A constant with a name is a part of the section that was counted.
            SYMBOL if size > 0 && !of_constants => {
                let name = readable(rest);
                let owner = if of_musl { "musl".to_owned() } else { owner(&name) };
                parts.push(Part { owner, name, size });
            }
            _ => {}
        }
    }
    parts
}

/// Returns the size and the name.
fn columns(line: &str) -> Option<(u64, &str)> {
    let size = line.get(34..42)?.trim();
    Some((u64::from_str_radix(size, 16).ok()?, line.get(OUTPUT..)?.trim()))
}

/// Demangles a symbol: rustc writes `<` as `$LT$` and `::` in types as `..`, and appends a hash.
fn readable(symbol: &str) -> String {
    let end = symbol.rfind("::h").filter(|at| symbol.len() - at == 19).unwrap_or(symbol.len());
    let mut name = symbol[..end].replace("..", "::");
    for (code, text) in [
        ("$LT$", "<"),
        ("$GT$", ">"),
        ("$RF$", "&"),
        ("$u20$", " "),
        ("$C$", ","),
        ("$u7b$", "{"),
        ("$u7d$", "}"),
    ] {
        name = name.replace(code, text);
    }
    for (code, text) in [
        ("$u5b$", "["),
        ("$u5d$", "]"),
        ("$BP$", "*"),
        ("$LP$", "("),
        ("$RP$", ")"),
        ("$u27$", "'"),
        ("_<", "<"),
        ("_{{", "{{"),
    ] {
        name = name.replace(code, text);
    }
    name
}

/// Returns the crate of a function: for a method of a primitive type, that of the trait.
fn owner(name: &str) -> String {
    let within = |text: &str| {
        let path =
            text.trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let path = ["mut ", "const ", "impl ", "dyn "]
            .iter()
            .fold(path, |path, word| path.trim_start_matches(word));
        path.split_once("::")
            .map(|(first, _)| first)
            .filter(|first| first.chars().all(|letter| letter.is_alphanumeric() || letter == '_'))
            .map(str::to_owned)
    };
    let sides: Vec<&str> = name.split(" as ").collect();
    match &sides[..] {
        [only] => within(only).unwrap_or_else(|| {
            if name.starts_with(['<', '&', '[']) {
                "core".to_owned()
            } else {
                "start and assembly".to_owned()
            }
        }),
        [of, rest @ ..] => within(of)
            .or_else(|| rest.first().and_then(|of| within(of)))
            .unwrap_or_else(|| "core".to_owned()),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "             VMA              LMA     Size Align Out     In      Symbol
          4000e8           4000e8     2958     8 .text
          4000e8           4000e8        c     4         /x/hello.o:(.text._start)
          4000e8           4000e8        c     1                 _start
          40028e           40028e      221     1         /x/hello.o:(.text._ZN)
          40028e           40028e      221     1                 barelambda::runtime::Runtime$LT$T$GT$::step::hcd0006a62eb21e98
          400695           400695        e     1         /x/hello.o:(.text._ZN)
          400695           400695        e     1                 _$LT$A$u20$as$u20$core..slice..cmp..SlicePartialEq$LT$B$GT$$GT$::equal_same_length::h759e88709ba50dc7
          400700           400700       20     1         /x/libc.a(memcpy.lo):(.text)
          400700           400700       20     1                 memcpy
          400800           400800      100     1         /x/hello.o:(.rodata..L__unnamed_1)
          400900           400900       10     1         /x/hello.o:(.rodata._ZN)
          400900           400900       10     1                 hello::TABLE
          500000           500000   600000     8 .bss
          500000           500000   600000     8         /x/hello.o:(.bss.BUFFER)
          500000           500000   600000     1                 hello::BUFFER
";

    #[test]
    fn each_function_has_its_crate() {
        let parts = parts(MAP);
        let shown: Vec<(&str, &str, u64)> =
            parts.iter().map(|part| (&*part.owner, &*part.name, part.size)).collect();
        assert_eq!(
            shown,
            [
                ("start and assembly", "_start", 12),
                ("barelambda", "barelambda::runtime::Runtime<T>::step", 545),
                ("core", "<A as core::slice::cmp::SlicePartialEq<B>>::equal_same_length", 14),
                ("musl", "memcpy", 32),
                (CONSTANTS, "/x/hello.o:(.rodata..L__unnamed_1)", 256),
                (CONSTANTS, "/x/hello.o:(.rodata._ZN)", 16),
            ]
        );
    }

    #[test]
    fn crates_of_types_and_traits() {
        for (name, crate_name) in [
            ("<[u8]>::trim_ascii", "core"),
            (
                "<&mut barelambda::json::de::Deserializer as serde_core::de::Deserializer>::deserialize_map",
                "barelambda",
            ),
            ("<u64 as serde_core::ser::Serialize>::serialize", "serde_core"),
            ("memchr", "start and assembly"),
            ("core::fmt::write", "core"),
        ] {
            assert_eq!(owner(name), crate_name, "{name}");
        }
    }
}
