# The tool, for the Makefiles of functions, which set BARELAMBDA: the installed one, or the
# checkout's. Its path is absolute, as recipes change the directory.
CHECKOUT := $(shell cd $(BARELAMBDA) && pwd)
TOOL = $(if $(shell command -v cargo-barelambda),cargo barelambda,cargo run --quiet --manifest-path "$(CHECKOUT)/cli/Cargo.toml" --)

# Packages are for Lambda's arm64 unless ARCH is set on the command line, as in the tool and the
# Terraform stack.
PACKAGE_ARCH = $(if $(filter command line,$(origin ARCH)),$(ARCH),arm64)
