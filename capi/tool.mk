# The tool, for Makefiles of functions, which set BARELAMBDA: the installed one, or the checkout's own.
TOOL = $(if $(shell command -v cargo-barelambda),cargo barelambda,cargo run --quiet --manifest-path $(BARELAMBDA)/cli/Cargo.toml --)

# What is packaged is for Lambda's arm64 unless somebody says otherwise, as the tool and the Terraform stack have it.
PACKAGE_ARCH = $(if $(filter command line,$(origin ARCH)),$(ARCH),arm64)
