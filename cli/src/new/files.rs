//! The files that every template has. Most are files of this repository.

/// A file of the new directory.
#[derive(Debug)]
pub struct File {
    /// Relative to the directory.
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

/// Returns the contents of a file in this repository.
macro_rules! of_repository {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../", $path))
    };
}
pub(super) use of_repository;

/// Returns cargo's configuration without the aliases, which only work in this repository.
pub fn cargo_config() -> &'static str {
    const CONFIG: &str = of_repository!(".cargo/config.toml");
    &CONFIG[CONFIG.find("[target.").expect("it has flags for a target")..]
}

/// Returns the Terraform stack. `settings` are its variables in addition to `name` and `zip`.
pub fn terraform(name: &str, settings: &str) -> Vec<File> {
    let variables = format!("name = \"{name}\"\nzip  = \"../dist/{name}-arm64.zip\"\n{settings}");
    vec![
        File::new("terraform/main.tf", of_repository!("terraform/main.tf")),
        File::new("terraform/variables.tf", of_repository!("terraform/variables.tf")),
        File::new("terraform/outputs.tf", of_repository!("terraform/outputs.tf")),
        // Functions may share a bucket, but not a state.
        File::new(
            "terraform/versions.tf",
            of_repository!("terraform/versions.tf")
                .replace("barelambda/terraform.tfstate", &format!("{name}/terraform.tfstate")),
        ),
        File::new("terraform/terraform.auto.tfvars", variables),
        File::new(
            "terraform/modules/function/main.tf",
            of_repository!("terraform/modules/function/main.tf"),
        ),
        File::new(
            "terraform/modules/function/variables.tf",
            of_repository!("terraform/modules/function/variables.tf"),
        ),
        File::new(
            "terraform/modules/function/outputs.tf",
            of_repository!("terraform/modules/function/outputs.tf"),
        ),
        File::new(
            "terraform/modules/function/versions.tf",
            of_repository!("terraform/modules/function/versions.tf"),
        ),
    ]
}

/// Replaces the placeholders `{name}`, `{checkout}` and `{more}` in a template.
pub fn filled(text: &str, name: &str, checkout: &str, more: &str) -> String {
    text.replace("{name}", name).replace("{checkout}", checkout).replace("{more}", more)
}
