# How a function in C is compiled and linked with the library. A Makefile includes this, and makes a program by a rule such as
#
#     build/%: %.c $(LIBRARY)
#     	$(CC) $(CPPFLAGS) $(CFLAGS) $(FLAGS_$(LIBC)) -o $@ $< $(BEFORE_$(LIBC)) $(LIBRARY) $(LINK_$(LIBC)) $(LDFLAGS)
#
# It may set TARGET_DIR before, which is where cargo builds the library. ARCH, LIBC, CC and LIBRARY, for one that is there already, are
# for the command line.

.DEFAULT_GOAL = all

ROOT := $(patsubst %/capi/,%,$(dir $(lastword $(MAKEFILE_LIST))))

MACHINE := $(patsubst aarch64,arm64,$(shell uname -m))
ARCH = $(MACHINE)
TRIPLE_x86_64 = x86_64-linux-gnu
TRIPLE_arm64 = aarch64-linux-gnu
TARGET_x86_64 = x86_64-unknown-linux-musl
TARGET_arm64 = aarch64-unknown-linux-musl
ifeq ($(TARGET_$(ARCH)),)
$(error ARCH is x86_64 or arm64)
endif

# CC is make's own `cc` unless somebody has set it; for the other processor it is the cross compiler.
ifeq ($(origin CC),default)
ifneq ($(ARCH),$(MACHINE))
CC = $(TRIPLE_$(ARCH))-gcc
endif
endif

LIBC = none
TARGET_DIR ?= $(or $(CARGO_TARGET_DIR),$(ROOT)/target)
BUILT = $(TARGET_DIR)/$(TARGET_$(ARCH))/release/libbarelambda.a
LIBRARY = $(BUILT)

# jsmn.h is in /usr/include, which cross compilers and musl-gcc do not look into; behind their own folders it does no harm.
JSMN = /usr/include
CFLAGS = -std=c99 -Os -Wall -Wextra -Werror -pedantic
CPPFLAGS = -I$(ROOT)/include -idirafter $(JSMN)

# The linker that comes with Rust, which the compiler finds in this folder under the name ld.lld.
LLD = $(wildcard $(shell cd $(ROOT) && rustc --print sysroot)/lib/rustlib/*/bin/gcc-ld)

# -ffreestanding                    there is no libc, whose functions the compiler might know and call
# -fno-asynchronous-unwind-tables   no tables for debuggers and exceptions, which would be loaded with the program
# -fno-stack-protector              what it calls and where it keeps its secret is libc's
FLAGS_none = -ffreestanding -fno-asynchronous-unwind-tables -fno-stack-protector
# -nostdlib -static -no-pie         no libc and none of its start code; nothing to be loaded or relocated at run time
# -fuse-ld=lld -B                   the linker, and where it is
# --gc-sections                     leaves out the functions that are not called: most of the library
# -T barelambda.x                   where code, data and headers lie; docs/design/linking.md says what it does
# -s -z nosectionheader --build-id=none    neither symbols nor the table of sections nor an id: the kernel looks at none of them
# -z max-page-size=64               the script takes care of pages itself: with a page here, the linker would fill the file up to one
LINK_none = -nostdlib -static -no-pie -fuse-ld=lld -B$(LLD) -s \
	-Wl,--gc-sections,--build-id=none,-z,nosectionheader,-z,max-page-size=64,-T,$(ROOT)/barelambda.x

FLAGS_static =
LINK_static = -static -s -Wl,--gc-sections
FLAGS_dynamic = -fPIE
LINK_dynamic = -pie -s -Wl,--gc-sections

# libc stands before the library, which has a memcpy of its own for programs without one: so libc's is taken.
BEFORE_none =
BEFORE_static = -lc
BEFORE_dynamic = -lc

ifeq ($(filter none static dynamic,$(LIBC)),)
$(error LIBC is none, static or dynamic)
endif

.PHONY: FORCE

# Cargo knows best whether there is something to do.
ifeq ($(LIBRARY),$(BUILT))
$(LIBRARY): FORCE
	cd $(ROOT) && cargo build --release --package barelambda-capi --target $(TARGET_$(ARCH)) --target-dir $(abspath $(TARGET_DIR))
endif
