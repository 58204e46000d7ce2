# Stages: `artifact` has the zips of both architectures, `image` is a container image for Lambda, `rie` is that image with AWS's Runtime
# Interface Emulator in front, for trying it locally, `test` runs the tests; `builder` has Rust and `cargo barelambda`. Without --target,
# `image` is built. .ci/dockerfile builds all of them. Only what classic builders and buildah know as well as BuildKit is used.

# Any image with dnf, or with rustup and a C compiler. Amazon Linux's repositories are those of its own date.
ARG BUILDER_IMAGE=public.ecr.aws/amazonlinux/amazonlinux:2023.9.20251208.0
# Debian, as .ci/tools installs from there; x86_64, as the tests run programs of that architecture.
ARG TEST_IMAGE=docker.io/library/rust:1.95.0-bookworm

# What compiles runs on the machine's own architecture, whatever is built for. (Without a builder that says which it is, on amd64.)
FROM --platform=${BUILDPLATFORM:-linux/amd64} ${BUILDER_IMAGE} AS builder
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH CARGO_TARGET_DIR=/target
# Rust's build scripts are linked by it.
RUN command -v cc >/dev/null || { dnf install -y --setopt=install_weak_deps=False gcc && dnf clean all; }
# The sums are those that rust-lang.org publishes beside the files.
RUN command -v rustup >/dev/null || { \
        case "$(uname -m)" in \
            x86_64) sum=20a06e644b0d9bd2fbdbfd52d42540bdde820ea7df86e92e533c073da0cdd43c ;; \
            aarch64) sum=e3853c5a252fca15252d07cb23a1bdd9377a8c6f3efa01531109281ae47f841c ;; \
            *) echo "no rustup is known for $(uname -m)" >&2; exit 1 ;; \
        esac && \
        curl --proto =https --tlsv1.2 --fail --silent --show-error --output /tmp/rustup-init \
            "https://static.rust-lang.org/rustup/archive/1.28.2/$(uname -m)-unknown-linux-gnu/rustup-init" && \
        echo "$sum  /tmp/rustup-init" | sha256sum --check --quiet && \
        chmod +x /tmp/rustup-init && \
        /tmp/rustup-init -y --no-modify-path --default-toolchain none && \
        rm /tmp/rustup-init; \
    }
WORKDIR /barelambda
# The toolchain again only when this file changes.
COPY rust-toolchain.toml ./
RUN rustup toolchain install
COPY . .
RUN CARGO_PROFILE_DEV_STRIP=true cargo install --debug --locked --path cli

FROM builder AS packages
ARG EXAMPLE=hello
RUN cargo-barelambda package "$EXAMPLE" --arch arm64 && cargo-barelambda package "$EXAMPLE" --arch x86_64

FROM scratch AS artifact
COPY --from=packages /barelambda/dist/ /

FROM --platform=${BUILDPLATFORM:-linux/amd64} ${TEST_IMAGE} AS test
ENV CARGO_TARGET_DIR=/target
WORKDIR /barelambda
COPY . .
RUN rustup toolchain install
RUN bash .ci/tools && chown -R 1000:1000 /barelambda /target
# Nobody in particular, but not root.
USER 1000:1000
ENV HOME=/tmp
# The whole suite but for RIE's mode for managed instances, which takes namespaces of its own (docker grants none while it builds), and
# what takes Terraform, which no package of this image brings.
ARG TEST="cargo test --workspace --exclude barelambda-tests && cargo test --package barelambda-tests --lib --test '[!drt]*' --test 'r[!i]*' --test 't[!e]*' --test rie --test 'rie_[!m]*' -- --skip managed"
RUN eval "$TEST"

FROM builder AS bootstrap
ARG EXAMPLE=hello
# The architecture is that of the image, so that the two cannot differ; the machine's, where the builder does not name it.
ARG TARGETARCH
RUN case "${TARGETARCH:-$(uname -m)}" in amd64 | x86_64) arch=x86_64 ;; arm64 | aarch64) arch=arm64 ;; *) arch="$TARGETARCH" ;; esac && \
    cargo-barelambda build "$EXAMPLE" --arch "$arch" --output /out/bootstrap

FROM scratch AS image
COPY --from=bootstrap /out/bootstrap /bootstrap
# Lambda takes a user of its own; elsewhere this one has no rights and no name.
USER 65532:65532
ENTRYPOINT ["/bootstrap"]

FROM --platform=${BUILDPLATFORM:-linux/amd64} ${BUILDER_IMAGE} AS emulator
RUN python3 -m pip --version >/dev/null || { dnf install -y --setopt=install_weak_deps=False python3-pip && dnf clean all; }
WORKDIR /barelambda
COPY .ci/tools .ci/tools
ARG TARGETARCH
RUN case "${TARGETARCH:-$(uname -m)}" in amd64 | x86_64) arch=x86_64 ;; arm64 | aarch64) arch=arm64 ;; *) arch="$TARGETARCH" ;; esac && \
    bash .ci/tools rie /out "$arch"

FROM image AS rie
COPY --from=emulator /out/aws-lambda-rie /aws-lambda-rie
EXPOSE 8080
ENTRYPOINT ["/aws-lambda-rie", "/bootstrap"]

# What is built when no stage is named.
FROM image
