# Stages: `artifact` has the zips of both architectures, `image` is a container image for Lambda,
# `rie` is that image with AWS's Runtime Interface Emulator for local invocations, `test` runs the
# tests, and `builder` has Rust and `cargo barelambda`. The default stage is `image`. .ci/dockerfile
# builds all of them. The file uses only features of classic builders, buildah and BuildKit.

# An image with dnf, or with rustup and a C compiler. An image of Amazon Linux uses the repositories
# of its date.
ARG BUILDER_IMAGE=public.ecr.aws/amazonlinux/amazonlinux:2023.9.20251208.0
# .ci/tools installs Debian's packages, and the tests run programs for x86_64.
ARG TEST_IMAGE=docker.io/library/rust:1.95.0-bookworm

# The compiler runs on the machine's architecture for every target. Builders that don't set
# BUILDPLATFORM use amd64.
FROM --platform=${BUILDPLATFORM:-linux/amd64} ${BUILDER_IMAGE} AS builder
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH CARGO_TARGET_DIR=/target
# The C compiler links build scripts.
RUN command -v cc >/dev/null || { dnf install -y --setopt=install_weak_deps=False gcc && dnf clean all; }
# rust-lang.org publishes the checksums.
RUN command -v rustup >/dev/null || { \
        case "$(uname -m)" in \
            x86_64) sum=20a06e644b0d9bd2fbdbfd52d42540bdde820ea7df86e92e533c073da0cdd43c ;; \
            aarch64) sum=e3853c5a252fca15252d07cb23a1bdd9377a8c6f3efa01531109281ae47f841c ;; \
            *) echo "error: no rustup for $(uname -m)" >&2; exit 1 ;; \
        esac && \
        curl --proto =https --tlsv1.2 --fail --silent --show-error --output /tmp/rustup-init \
            "https://static.rust-lang.org/rustup/archive/1.28.2/$(uname -m)-unknown-linux-gnu/rustup-init" && \
        echo "$sum  /tmp/rustup-init" | sha256sum --check --quiet && \
        chmod +x /tmp/rustup-init && \
        /tmp/rustup-init -y --no-modify-path --default-toolchain none && \
        rm /tmp/rustup-init; \
    }
WORKDIR /barelambda
# This layer is rebuilt only when this file changes.
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
RUN bash .ci/tools && chown -R 1000:1000 /barelambda && chown 1000:1000 /target
# An arbitrary user that isn't root.
USER 1000:1000
ENV HOME=/tmp
# The end-to-end tests, except those of RIE's mode for managed instances, which need namespaces that
# docker doesn't allow during a build, and those that need Terraform or git, which aren't in this
# image.
ARG TEST="cargo suite --full --without root --only protocol --only json --only exec --only c --only rie --only tool"
RUN eval "$TEST"

FROM builder AS bootstrap
ARG EXAMPLE=hello
# The architecture is always the image's, or the machine's if the builder doesn't set it.
ARG TARGETARCH
RUN case "${TARGETARCH:-$(uname -m)}" in amd64 | x86_64) arch=x86_64 ;; arm64 | aarch64) arch=arm64 ;; *) arch="$TARGETARCH" ;; esac && \
    cargo-barelambda build "$EXAMPLE" --arch "$arch" --output /out/bootstrap

FROM scratch AS image
COPY --from=bootstrap /out/bootstrap /bootstrap
# Lambda ignores this user. Elsewhere it has no privileges and no name.
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

# The default stage.
FROM image
