# Compiles a function in C and links it with the library. A Makefile includes this file, and builds
# a program with a rule such as
#
#     build/%: %.c $(LIBRARY)
#     	$(CC) $(CPPFLAGS) $(CFLAGS) $(FLAGS_$(LIBC)) -o $@ $< $(BEFORE_$(LIBC)) $(LIBRARY) $(LINK_$(LIBC)) $(LDFLAGS)
#
# Before that, it may set TARGET_DIR, where cargo builds the library. ARCH, LIBC, CC and LIBRARY (a
# library that is already built) are set on the command line.

.DEFAULT_GOAL = all

# Blanks in a path are escaped by a backslash, which make and the shell both understand. make splits
# MAKEFILE_LIST at them, so a Makefile with such a path sets BARELAMBDA, the repository.
ROOT := $(or $(BARELAMBDA),$(patsubst %/capi/,%,$(dir $(lastword $(MAKEFILE_LIST)))))

EMPTY :=
BLANK := $(EMPTY) $(EMPTY)

MACHINE := $(patsubst aarch64,arm64,$(shell uname -m))
ARCH = $(MACHINE)
TRIPLE_x86_64 = x86_64-linux-gnu
TRIPLE_arm64 = aarch64-linux-gnu
TARGET_x86_64 = x86_64-unknown-linux-musl
TARGET_arm64 = aarch64-unknown-linux-musl
ifeq ($(TARGET_$(ARCH)),)
$(error ARCH is x86_64 or arm64)
endif

# CC is make's default, `cc`, unless it is set. For the other processor it is the cross compiler.
ifeq ($(origin CC),default)
ifneq ($(ARCH),$(MACHINE))
CC = $(TRIPLE_$(ARCH))-gcc
endif
endif

LIBC = none
TARGET_DIR ?= $(or $(subst $(BLANK),\ ,$(CARGO_TARGET_DIR)),$(ROOT)/target)
BUILT = $(TARGET_DIR)/$(TARGET_$(ARCH))/release/libbarelambda.a
LIBRARY = $(BUILT)

# jsmn.h is in /usr/include, which cross compilers and musl-gcc don't search. It is safe after their
# own folders.
JSMN = /usr/include
CFLAGS = -std=c99 -Os -Wall -Wextra -Werror -pedantic
CPPFLAGS = -I$(ROOT)/include -idirafter $(JSMN)

# The linker that comes with Rust. The compiler finds it in this folder, as ld.lld.
LLD = "$$(cd $(ROOT) && echo "$$(rustc --print sysroot)"/lib/rustlib/*/bin/gcc-ld)"

# -ffreestanding                    doesn't assume a libc, whose functions the compiler would call
# -fno-asynchronous-unwind-tables   no tables for debuggers and exceptions, which would be loaded with the program
# -fno-stack-protector              the stack protector needs a function and a secret of libc
FLAGS_none = -ffreestanding -fno-asynchronous-unwind-tables -fno-stack-protector
# -nostdlib -static -no-pie         no libc and no start code; nothing to load or relocate at run time
# -fuse-ld=lld -B                   the linker, and its folder
# --gc-sections                     removes the functions that aren't called: most of the library
# -T bare.x                         the layout of code, data and headers: see docs/design/linking.md
# -s -z nosectionheader --build-id=none    no symbols, section table or id: the kernel doesn't read them
# -z max-page-size=64               the script aligns to pages itself; with a full page here, the linker would pad the file to one
LINK_none = -nostdlib -static -no-pie -fuse-ld=lld -B$(LLD) -s \
	-Wl,--gc-sections,--build-id=none,-z,nosectionheader,-z,max-page-size=64,-T,$(ROOT)/bare.x

FLAGS_static =
LINK_static = -static -s -Wl,--gc-sections
FLAGS_dynamic = -fPIE
LINK_dynamic = -pie -s -Wl,--gc-sections

# libc precedes the library, so that its memcpy is used instead of the library's, which is for
# programs without libc.
BEFORE_none =
BEFORE_static = -lc
BEFORE_dynamic = -lc

ifeq ($(filter none static dynamic,$(LIBC)),)
$(error LIBC is none, static or dynamic)
endif

.PHONY: FORCE

# Always runs Cargo, which knows whether the library is up to date.
ifeq ($(LIBRARY),$(BUILT))
$(LIBRARY): FORCE
	@mkdir -p $(TARGET_DIR)
	target_dir="$$(cd $(TARGET_DIR) && pwd)" && cd $(ROOT) && \
		cargo build --release --package barelambda-capi --target $(TARGET_$(ARCH)) --target-dir "$$target_dir"
endif
