//! The files that every template has, and the repository's own, which they are made of.

use std::path::Path;

/// A file of the new folder.
#[derive(Debug)]
pub struct File {
    /// Relative to the folder.
    pub path: &'static str,
    pub contents: String,
    pub executable: bool,
}

impl File {
    pub fn new(path: &'static str, contents: impl Into<String>) -> Self {
        Self { path, contents: contents.into(), executable: false }
    }

    pub fn executable(path: &'static str, contents: impl Into<String>) -> Self {
        Self { executable: true, ..Self::new(path, contents) }
    }
}

/// The text of a file of this repository, by its path in it.
macro_rules! of_repository {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../", $path))
    };
}
pub(super) use of_repository;

/// The flags for cargo, without the alias that only this repository has.
pub fn cargo_config() -> &'static str {
    const CONFIG: &str = of_repository!(".cargo/config.toml");
    &CONFIG[CONFIG.find("[target.").expect("there are flags for a target")..]
}

/// The Terraform stack, with `settings` as its variables besides name and zip.
pub fn terraform(name: &str, settings: &str) -> Vec<File> {
    let variables = format!("name = \"{name}\"\nzip  = \"../dist/{name}-arm64.zip\"\n{settings}");
    vec![
        File::new("terraform/main.tf", of_repository!("terraform/main.tf")),
        File::new("terraform/variables.tf", of_repository!("terraform/variables.tf")),
        File::new("terraform/outputs.tf", of_repository!("terraform/outputs.tf")),
        // Functions may share a bucket, and not a state.
        File::new(
            "terraform/versions.tf",
            of_repository!("terraform/versions.tf").replace("barelambda/terraform.tfstate", &format!("{name}/terraform.tfstate")),
        ),
        File::new("terraform/terraform.auto.tfvars", variables),
        File::new("terraform/modules/function/main.tf", of_repository!("terraform/modules/function/main.tf")),
        File::new("terraform/modules/function/variables.tf", of_repository!("terraform/modules/function/variables.tf")),
        File::new("terraform/modules/function/outputs.tf", of_repository!("terraform/modules/function/outputs.tf")),
        File::new("terraform/modules/function/versions.tf", of_repository!("terraform/modules/function/versions.tf")),
    ]
}

/// A template's text with its places filled in: `{name}`, `{checkout}` and `{more}`.
pub fn filled(text: &str, name: &str, checkout: Option<&Path>, more: &str) -> String {
    let checkout = checkout.map(|path| path.display().to_string()).unwrap_or_default();
    text.replace("{name}", name).replace("{checkout}", &checkout).replace("{more}", more)
}
