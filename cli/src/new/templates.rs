//! The templates. Each is an example of this repository.

use std::path::Path;

use super::files::{File, cargo_config, filled, of_repository, terraform};

/// The names of all templates, in the order of the help text.
pub const NAMES: [&str; 8] =
    ["hello", "json", "function-url", "sqs-batch", "stream", "std", "c", "shell"];

/// What Terraform writes. States and plans have the values of all variables in clear.
const IGNORED_OF_TERRAFORM: &str = "\
.terraform
*.tfstate
*.tfstate.*
*.tfplan
tfplan
/terraform/plan
crash.log
";

#[derive(Clone, Copy, Debug)]
pub enum Template {
    Rust(&'static Rust),
    C,
    Shell,
}

/// A template for a crate.
#[derive(Debug)]
pub struct Rust {
    name: &'static str,
    /// The name of the example.
    example: &'static str,
    source: &'static str,
    /// The unit tests to append.
    tests: &'static str,
    /// The file name of its event in the repository, and the event.
    event: (&'static str, &'static str),
    /// The feature of barelambda that it needs, or empty.
    features: &'static str,
    derives: bool,
    /// Additional variables of the Terraform stack.
    settings: &'static str,
}

static RUST: [Rust; 6] = [
    Rust {
        name: "hello",
        example: "hello",
        source: of_repository!("examples/hello.rs"),
        tests: include_str!("../../templates/tests/hello.rs"),
        event: ("event.json", "{}\n"),
        features: "",
        derives: false,
        settings: "",
    },
    Rust {
        name: "json",
        example: "json",
        source: of_repository!("examples/json.rs"),
        tests: include_str!("../../templates/tests/json.rs"),
        event: ("order.json", of_repository!("examples/events/order.json")),
        features: "",
        derives: true,
        settings: "",
    },
    Rust {
        name: "function-url",
        example: "function_url",
        source: of_repository!("examples/function_url.rs"),
        tests: include_str!("../../templates/tests/function_url.rs"),
        event: (
            "function_url_order.json",
            of_repository!("examples/events/function_url_order.json"),
        ),
        features: "events",
        derives: true,
        settings: "\n# A URL for callers who sign their requests; { auth = \"NONE\" } allows anyone.\nurl = {}\n",
    },
    Rust {
        name: "sqs-batch",
        example: "sqs_batch",
        source: of_repository!("examples/sqs_batch.rs"),
        tests: include_str!("../../templates/tests/sqs_batch.rs"),
        event: ("sqs.json", of_repository!("examples/events/sqs.json")),
        features: "events",
        derives: true,
        settings: "\n# The ARN of the queue: set it here, or with -var.\n# sqs = { queue_arn = \"arn:aws:sqs:REGION:ACCOUNT:QUEUE\" }\n",
    },
    Rust {
        name: "stream",
        example: "stream",
        source: of_repository!("examples/stream.rs"),
        tests: include_str!("../../templates/tests/stream.rs"),
        event: ("event.json", "{}\n"),
        features: "",
        derives: false,
        settings: "\n# A URL that streams the response, for callers who sign their requests.\nurl = { invoke_mode = \"RESPONSE_STREAM\" }\n",
    },
    Rust {
        name: "std",
        example: "std-function",
        source: of_repository!("examples/std/src/main.rs"),
        tests: include_str!("../../templates/tests/std.rs"),
        event: ("event.json", "\"one two three\"\n"),
        features: "std",
        derives: false,
        settings: "",
    },
];

impl Template {
    /// Returns the template with one of [`NAMES`].
    pub fn named(name: &str) -> Self {
        match RUST.iter().find(|template| template.name == name) {
            Some(template) => Self::Rust(template),
            None if name == "c" => Self::C,
            None => Self::Shell,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Rust(template) => template.name,
            Self::C => "c",
            Self::Shell => "shell",
        }
    }

    /// Returns whether it is a crate. Otherwise make builds it.
    pub fn is_crate(self) -> bool {
        matches!(self, Self::Rust(_))
    }

    /// Returns the files of the new directory. `checkout` is the path of barelambda's repository.
    pub fn files(self, name: &str, checkout: &Path) -> Vec<File> {
        let Self::Rust(template) = self else {
            return self.made_files(name, checkout);
        };
        let mut files = vec![
            File::new(
                "Cargo.toml",
                filled(
                    include_str!("../../templates/crate/Cargo.toml"),
                    name,
                    "",
                    &template.dependencies(checkout),
                ),
            ),
            File::new(".cargo/config.toml", cargo_config()),
            File::new("rust-toolchain.toml", of_repository!("rust-toolchain.toml")),
            File::new(".gitignore", format!("/dist\n/target\n{IGNORED_OF_TERRAFORM}")),
            File::new(
                "README.md",
                filled(
                    include_str!("../../templates/crate/README.md"),
                    name,
                    "",
                    &deployment(name),
                ),
            ),
            File::new("src/main.rs", format!("{}\n{}", template.adapted(name), template.tests)),
            File::new("events/event.json", template.event.1),
        ];
        files.extend(terraform(name, template.settings));
        files
    }

    /// Returns the files of a directory that make builds.
    fn made_files(self, name: &str, checkout: &Path) -> Vec<File> {
        let checkout = for_make(checkout);
        let filled = |text| filled(text, name, &checkout, &deployment(name));
        let (mut files, settings) = match self {
            Self::C => {
                let files = vec![
                    File::new("Makefile", filled(include_str!("../../templates/c/Makefile"))),
                    File::new("README.md", filled(include_str!("../../templates/c/README.md"))),
                    File::new("handler.c", of_repository!("examples/c/hello.c")),
                    File::new("test.c", include_str!("../../templates/c/test.c")),
                    File::new("events/event.json", "{}\n"),
                ];
                (files, "")
            }
            _ => {
                let files = vec![
                    File::new("Makefile", filled(include_str!("../../templates/shell/Makefile"))),
                    File::new("README.md", filled(include_str!("../../templates/shell/README.md"))),
                    File::executable("handler.sh", of_repository!("examples/shell/handler.sh")),
                    File::executable("test.sh", include_str!("../../templates/shell/test.sh")),
                    File::new("events/event.json", "{\"name\":\"Ada\"}\n"),
                ];
                (files, "handler = \"handler.sh\"\n")
            }
        };
        files.push(File::new(".gitignore", format!("/build\n/dist\n{IGNORED_OF_TERRAFORM}")));
        files.extend(terraform(name, settings));
        files
    }
}

/// Returns a path as make and the shell read it in a Makefile.
fn for_make(path: &Path) -> String {
    path.display().to_string().replace('$', "$$").replace('#', "\\#").replace(' ', "\\ ")
}

/// Returns the section of a README about deployment.
fn deployment(name: &str) -> String {
    filled(include_str!("../../templates/deploy.md"), name, "", "")
}

impl Rust {
    /// Returns the source with the new crate's name and the installed tool in its comments.
    fn adapted(&self, name: &str) -> String {
        ["invoke", "serve"]
            .iter()
            .fold(self.source.replace("cargo bare ", "cargo barelambda "), |source, verb| {
                source.replace(&format!("{verb} {}", self.example), &format!("{verb} {name}"))
            })
            .replace(&format!("examples/events/{}", self.event.0), "events/event.json")
    }

    /// Returns the lines of the section `[dependencies]`.
    fn dependencies(&self, checkout: &Path) -> String {
        // A string of JSON is one of TOML.
        let place = serde_json::Value::from(checkout.display().to_string());
        let features = if self.features.is_empty() {
            String::new()
        } else {
            format!(", features = [\"{}\"]", self.features)
        };
        let serde = if self.derives {
            "\nserde = { version = \"1.0\", default-features = false, features = [\"derive\"] }"
        } else {
            ""
        };
        format!("barelambda = {{ path = {place}{features} }}{serde}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_template() {
        for name in NAMES {
            let template = Template::named(name);
            assert_eq!(template.name(), name);
            let files = template.files("new", Path::new("/check out"));
            for wanted in
                ["README.md", ".gitignore", "events/event.json", "terraform/terraform.auto.tfvars"]
            {
                assert!(files.iter().any(|file| file.path == wanted), "{name} has no {wanted}");
            }
            for file in &files {
                let left = ["{name}", "{checkout}", "{more}", "examples/", "cargo bare "]
                    .iter()
                    .find(|left| file.contents.contains(**left));
                assert!(
                    left.is_none() || file.path.starts_with("terraform/"),
                    "{name}: {} has {left:?}",
                    file.path
                );
            }
        }
    }

    #[test]
    fn a_path_with_blanks_is_escaped_for_make() {
        let files = Template::named("c").files("new", Path::new("../bare lambda"));
        let makefile = &files.iter().find(|file| file.path == "Makefile").unwrap().contents;
        assert!(makefile.contains("\nBARELAMBDA = ../bare\\ lambda\n"), "{makefile}");
    }

    #[test]
    fn plans_and_states_are_ignored_by_git() {
        for name in NAMES {
            let files = Template::named(name).files("new", Path::new("/checkout"));
            let ignored = &files.iter().find(|file| file.path == ".gitignore").unwrap().contents;
            for line in
                ["/dist", ".terraform", "/terraform/plan", "*.tfplan", "tfplan", "*.tfstate"]
            {
                assert!(ignored.lines().any(|ignored| ignored == line), "{name}: {line}");
            }
        }
    }

    #[test]
    fn comments_name_the_new_crate() {
        let Template::Rust(json) = Template::named("json") else { panic!("json is a crate") };
        let source = json.adapted("price");
        assert!(source.starts_with("//! "), "{source}");
        assert!(
            source.contains("`cargo barelambda invoke price --file events/event.json`\n"),
            "{source}"
        );
    }
}
