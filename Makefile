# Corral's build.  `make help` lists what can be made.  Everything is written below build/.
#
# Knobs: DEBUG=1 (assertions, UBSan traps, poisoned memory), CC=clang, CROSS_COMPILE=x86_64-elf-,
# WERROR=1, V=1 (print commands).  make run also takes CPUS, MEM, ACCEL and APPEND; make test takes K.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

B := build
DEBUG ?= 0
WERROR ?= 0
V ?= 0
CPUS ?= 4
MEM ?= 256
ACCEL ?= tcg
APPEND ?=
K ?=

ifeq ($(DEBUG),0)
O ?= $(B)
else
O ?= $(B)/debug
endif
OBJ := $(O)/obj

# --- tools -----------------------------------------------------------------------------------

ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
ifeq ($(origin LD),default)
LD := $(CROSS_COMPILE)ld
endif
NM ?= $(CROSS_COMPILE)nm
STRIP ?= $(CROSS_COMPILE)strip
MUSL_CC ?= musl-gcc
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
CLANG := $(findstring clang,$(shell $(CC) --version 2>/dev/null | head -n 1))

# quiet NAME: the words printed in place of a command.
ifeq ($(V),0)
quiet = @printf '  %-7s %s\n' '$(1)' '$@';
else
quiet =
endif

# --- flags of the kernel ---------------------------------------------------------------------

CFLAGS := -std=gnu11 -O2 -g -m64 -march=x86-64 -ffreestanding -fno-pic -fno-pie -mcmodel=kernel \
	-mno-red-zone -mgeneral-regs-only -fno-stack-protector -fno-strict-aliasing -fno-common \
	-fno-delete-null-pointer-checks -fno-strict-overflow -fno-asynchronous-unwind-tables -fcf-protection=none
WARN := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition -Wshadow \
	-Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers
INCLUDES := -nostdinc -I. -isystem $(shell $(CC) -print-file-name=include)
ASFLAGS := -m64 -ffreestanding -fno-pic -g -I.
LDFLAGS := -m elf_x86_64 -nostdlib -static --no-dynamic-linker -z max-page-size=0x1000 \
	-z noexecstack --build-id=none

ifneq ($(CLANG),)
CFLAGS += --target=x86_64-unknown-none-elf -Wthread-safety -Wno-gnu-variable-sized-type-not-at-end
ASFLAGS += --target=x86_64-unknown-none-elf -Wno-unused-command-line-argument
UBSAN := -fsanitize=undefined -fsanitize-trap=undefined -fno-sanitize=alignment,function,null,pointer-overflow
else
CFLAGS += -fno-tree-loop-distribute-patterns -Wimplicit-fallthrough=3
LDFLAGS += $(shell $(LD) --help 2>/dev/null | grep -q no-warn-rwx && echo --no-warn-rwx-segments)
UBSAN := -fsanitize=undefined -fsanitize-undefined-trap-on-error -fno-sanitize=alignment,null,pointer-overflow
endif
ifeq ($(DEBUG),0)
CFLAGS += -fomit-frame-pointer
else
CFLAGS += -DDEBUG=1 -fno-omit-frame-pointer $(UBSAN)
ASFLAGS += -DDEBUG=1
endif
ifneq ($(WERROR),0)
WARN += -Werror
endif
KFLAGS := $(CFLAGS) $(WARN) $(INCLUDES)

# --- the kernel ------------------------------------------------------------------------------

SRC_DIRS := $(sort $(shell find kernel arch fs -type d 2>/dev/null))
CSRC := $(sort $(wildcard $(addsuffix /*.c,$(SRC_DIRS))))
SSRC := $(sort $(wildcard $(addsuffix /*.S,$(SRC_DIRS))))
HEADERS := $(sort $(wildcard $(addsuffix /*.h,$(SRC_DIRS))))
OBJECTS := $(CSRC:%.c=$(OBJ)/%.o) $(SSRC:%.S=$(OBJ)/%.o) $(OBJ)/font.o
LDSCRIPT := arch/x86_64/kernel.ld

.PHONY: all kernel objects initrd iso run debug test test-linux bench fair stress unit check fmt size clean help \
	setup FORCE
all: kernel initrd
kernel: $(O)/corral.elf
objects: $(OBJECTS)

# A change of compiler or flags rebuilds; a change of anything else does not.
$(OBJ)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(LD) $(KFLAGS) $(ASFLAGS) $(LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(LD) $(KFLAGS) $(ASFLAGS) $(LDFLAGS)' >$@

$(OBJ)/%.o: %.c $(OBJ)/flags
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(KFLAGS) -MMD -MP -c -o $@ $<

$(OBJ)/%.o: %.S $(OBJ)/flags
	@mkdir -p $(@D)
	$(call quiet,AS)$(CC) $(ASFLAGS) -MMD -MP -c -o $@ $<

# The screen's font; without it the kernel does with what a VGA card has.
FONT ?= /usr/share/consolefonts/Unifont-APL8x16.psf.gz

$(OBJ)/font.S: tools/font.sh $(wildcard $(FONT)) $(OBJ)/flags
	@mkdir -p $(@D)
	@tools/font.sh $(FONT) >$@

$(OBJ)/font.o: $(OBJ)/font.S
	$(call quiet,AS)$(CC) $(ASFLAGS) -c -o $@ $<

# The table of function names that a backtrace prints: a first link without it tells the addresses,
# which the table, lying after all code, does not change; the last line makes sure of that.
LINK = $(LD) $(LDFLAGS) -T $(LDSCRIPT) $(OBJECTS)
KSYMS := tools/ksyms.sh

$(OBJ)/ksyms.%.o: $(OBJ)/ksyms.%.S
	$(call quiet,AS)$(CC) $(ASFLAGS) -c -o $@ $<

$(OBJ)/ksyms.0.S: $(KSYMS)
	@mkdir -p $(@D)
	@$(KSYMS) </dev/null >$@

$(OBJ)/first.elf: $(OBJECTS) $(OBJ)/ksyms.0.o $(LDSCRIPT)
	$(call quiet,LD)$(LINK) $(OBJ)/ksyms.0.o -o $@

$(OBJ)/ksyms.1.S: $(OBJ)/first.elf $(KSYMS)
	$(call quiet,KSYMS)$(NM) -n $< | $(KSYMS) >$@

$(O)/corral.elf: $(OBJ)/first.elf $(OBJ)/ksyms.1.o
	$(call quiet,LD)$(LINK) $(OBJ)/ksyms.1.o -o $@
	@$(NM) -n $@ | $(KSYMS) | cmp -s - $(OBJ)/ksyms.1.S || \
		{ rm -f $@; echo 'ksyms: addresses moved in the second link' >&2; exit 1; }

-include $(wildcard $(OBJECTS:.o=.d))

# --- user space: the same for every build of the kernel ----------------------------------------

# A program is NAME.c with the folder's headers.  tests/guest/AREA/NAME.c becomes /test/AREA/NAME;
# those of tests/guest/glibc are built with the C library of the host, static and static-PIE.
BUSYBOX ?= $(firstword $(wildcard /bin/busybox /usr/bin/busybox /usr/sbin/busybox))
UFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-format-truncation \
	-Wno-missing-field-initializers -Itests/guest $(if $(filter-out 0,$(WERROR)),-Werror)
# Linux's own headers, which musl does not bring.
LINUX_H := -idirafter /usr/include/x86_64-linux-gnu -idirafter /usr/include
USER := $(sort $(wildcard user/*.c))
CGTOOLS := $(sort $(wildcard user/cg/*.[ch]))
GUEST := $(sort $(wildcard tests/guest/*/*.c tests/bench/*.c tests/compare/*.c tests/stress/*.c))
GLIBC := $(filter tests/guest/glibc/%,$(GUEST))
SCRIPTS := $(sort $(wildcard tests/guest/*/*.sh tests/compare/*.sh))
ROOT_FILES := $(shell find user/root -type f 2>/dev/null)
TEST_BIN := $(patsubst tests/guest/%.c,$(B)/test/%,$(filter tests/guest/%,$(GUEST))) \
	$(patsubst tests/%.c,$(B)/test/%,$(filter-out tests/guest/%,$(GUEST))) \
	$(patsubst tests/guest/glibc/%.c,$(B)/test/glibc/%-pie,$(GLIBC))
TEST_SH := $(SCRIPTS:tests/guest/%=$(B)/test/%)
TEST_SH := $(TEST_SH:tests/%=$(B)/test/%)

initrd: $(B)/initrd.cpio
test-initrd: $(B)/test-initrd.cpio
programs: $(B)/programs.cpio

$(B)/user/%: user/%.c
	@mkdir -p $(@D)
	$(call quiet,MUSL)$(MUSL_CC) $(UFLAGS) -static -MMD -MF $@.d -o $@ $< -s

$(B)/user/cgtools: $(CGTOOLS)
	@mkdir -p $(@D)
	$(call quiet,MUSL)$(MUSL_CC) $(UFLAGS) -Os -static -o $@ $(filter %.c,$^) -s

$(B)/test/glibc/%-pie: tests/guest/glibc/%.c
	@mkdir -p $(@D)
	$(call quiet,GLIBC)gcc $(UFLAGS) -static-pie -MMD -MF $@.d -o $@ $< -pthread -s

$(B)/test/glibc/%: tests/guest/glibc/%.c
	@mkdir -p $(@D)
	$(call quiet,GLIBC)gcc $(UFLAGS) -static -MMD -MF $@.d -o $@ $< -pthread -s

$(B)/test/%: tests/guest/%.c
	@mkdir -p $(@D)
	$(call quiet,MUSL)$(MUSL_CC) $(UFLAGS) $(LINUX_H) -static -MMD -MF $@.d -o $@ $< -pthread -s

$(B)/test/%: tests/%.c
	@mkdir -p $(@D)
	$(call quiet,MUSL)$(MUSL_CC) $(UFLAGS) $(LINUX_H) -static -MMD -MF $@.d -o $@ $< -pthread -s

$(B)/test/%.sh: tests/guest/%.sh
	@mkdir -p $(@D)
	@install -m 755 $< $@

$(B)/test/%.sh: tests/%.sh
	@mkdir -p $(@D)
	@install -m 755 $< $@

-include $(wildcard $(addsuffix .d,$(TEST_BIN) $(USER:user/%.c=$(B)/user/%)))

$(B)/initrd.cpio: $(USER:user/%.c=$(B)/user/%) $(B)/user/cgtools $(ROOT_FILES) tools/initrd.sh
	$(call quiet,CPIO)tools/initrd.sh $@ $(BUSYBOX) user/root $(B)/user

$(B)/test-initrd.cpio: $(B)/initrd.cpio $(TEST_BIN) $(TEST_SH)
	$(call quiet,CPIO)tools/initrd.sh $@ $(BUSYBOX) user/root $(B)/user $(B)/test

# Debian's packages over the initramfs, with the scripts that run them.
$(B)/programs/versions: tools/programs.sh
	@tools/programs.sh $(@D)

$(B)/programs.cpio: $(B)/initrd.cpio $(B)/programs/versions $(sort $(wildcard tests/programs/*.sh))
	$(call quiet,CPIO)rm -rf $(B)/programs/root/programs && mkdir $(B)/programs/root/programs && \
	install -m 755 tests/programs/*.sh $(B)/programs/root/programs && { cat $< && cd $(B)/programs/root && \
	find . | LC_ALL=C sort | cpio -o -H newc --owner 0:0 --reproducible --quiet; } >$@

# --- the disc --------------------------------------------------------------------------------

# Its name is not the same everywhere.
MKRESCUE = $(shell for name in grub-mkrescue grub2-mkrescue i686-elf-grub-mkrescue; do \
	command -v $$name && break; done || echo grub-mkrescue)

iso: $(B)/corral.iso
ifeq ($(O),$(B))
$(B)/debug/corral.elf: FORCE
	@$(MAKE) --no-print-directory DEBUG=1 O=$(B)/debug kernel

$(B)/corral.iso: $(B)/corral.elf $(B)/debug/corral.elf $(B)/initrd.cpio iso/grub.cfg
	$(call quiet,ISO)rm -rf $@.d && mkdir -p $@.d/boot/grub && \
	cp iso/grub.cfg $@.d/boot/grub/ && cp $(B)/initrd.cpio $@.d/boot/ && \
	$(STRIP) -o $@.d/boot/corral.elf $(B)/corral.elf && \
	$(STRIP) -g -o $@.d/boot/corral-debug.elf $(B)/debug/corral.elf && \
	$(MKRESCUE) -o $@ $@.d >$@.log 2>&1 || { cat $@.log >&2; exit 1; }; rm -rf $@.d $@.log
else
$(B)/corral.iso: FORCE
	@$(MAKE) --no-print-directory DEBUG=0 O=$(B) iso
endif

# --- run ---------------------------------------------------------------------------------------

QEMU := qemu-system-x86_64
QFLAGS = -accel $(ACCEL) -m $(MEM) -smp $(CPUS) -no-reboot -nodefaults -display none

# What a goal needs is installed first, and only then is the Makefile read with the tools in place.
run: setup-run
	@$(MAKE) --no-print-directory -j2 boot
test: setup-test
	@$(MAKE) --no-print-directory -j2 suite
setup-%:
	@tools/setup $*

.PHONY: boot suite review objects initrd test-initrd programs linux profile compare scale
ifeq ($(APPEND)$(filter-out 0,$(DEBUG)),)
boot: iso
	$(QEMU) $(QFLAGS) -serial mon:stdio -cdrom $(B)/corral.iso
else
boot: kernel initrd
	$(QEMU) $(QFLAGS) -serial mon:stdio -kernel $(O)/corral.elf -initrd $(B)/initrd.cpio \
		-append "console=ttyS0 $(APPEND)"
endif

debug: setup-debug
	@$(MAKE) --no-print-directory DEBUG=1 kernel initrd
	@tools/debug.sh $(B)/debug/corral.elf $(B)/initrd.cpio "$(APPEND)" $(QEMU) $(QFLAGS)

.PHONY: doctor console
console:
	@$(PYTHON) tools/console.py $(B)/debug/console

doctor:
	@tools/doctor

# --- tests -------------------------------------------------------------------------------------

JOBS ?= $(shell $(PYTHON) -c 'import xdist' 2>/dev/null && printf '%s' '-n 2')
PYTEST = PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -p no:cacheprovider -q $(JOBS) \
	$(if $(K),-k '$(K)')

# libFuzzer on the parts of the kernel that read what users write; SECONDS each.
SECONDS ?= 10
FUZZ_LIB := kernel/lib/parse.c kernel/lib/text.c kernel/lib/format.c kernel/lib/string.c kernel/lib/bits.c \
	$(addprefix kernel/dev/vt/,screen.c screen_edit.c escape.c escape_csi.c escape_pen.c glyph.c)
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(sort $(wildcard tests/fuzz/*.c)))

$(B)/fuzz/%: tests/fuzz/%.c $(FUZZ_LIB)
	@mkdir -p $(@D)
	$(call quiet,FUZZ)clang -std=gnu11 -O1 -g -fno-builtin -fno-strict-aliasing -Wno-unknown-warning-option \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		-include tests/unit/host/rename.h -Itests/unit/host -I. -o $@ $^

.PHONY: fuzz
fuzz: $(FUZZ)
	@for f in $^; do mkdir -p $$f.found && $$f -max_total_time=$(SECONDS) -max_len=256 -verbosity=0 \
		-print_final_stats=1 $$f.found || exit 1; done

suite: unit iso test-initrd programs
	@$(PYTEST) tests

unit:
	@if [ -f tests/unit/Makefile ]; then $(MAKE) --no-print-directory -C tests/unit O=$(abspath $(B))/unit; fi

linux: $(B)/linux/vmlinuz
$(B)/linux/vmlinuz:
	@tools/linux.sh $(@D)

test-linux: setup-test test-initrd linux
	@$(PYTEST) tests/guest --kernel=linux

bench: setup-test kernel test-initrd linux
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/compare.py $(if $(RECORD),--record)

compare: setup-test kernel test-initrd linux programs
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/compare/compare.py $(if $(RECORD),--record) $(AREAS)

scale: setup-test kernel test-initrd linux
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/scale.py $(if $(RECORD),--record)

# Where the instructions of an operation go: OP="PROGRAM OPERATION [ROUNDS [FUNCTION]]".
OP ?= cost getppid
profile: setup-test kernel test-initrd
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/profile.py $(OP)

# Events of the scheduler and css_sets as pictures, from a scene; RECORD=1 puts them into docs/.
.PHONY: picture
picture: setup-run kernel initrd
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tools/picture/scene.py $(B)
	@$(if $(RECORD),cp $(B)/timeline.svg $(B)/links.svg docs/)

fair: setup-test kernel test-initrd
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench/fair.py

stress: setup-test test-initrd
	@$(MAKE) --no-print-directory DEBUG=1 O=$(B)/debug kernel
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/stress/minute.py

SPARSE := -Wsparse-error -Wno-decl -Wno-declaration-after-statement -Wno-non-pointer-null \
	-ffreestanding -m64 -std=gnu11 '-D__VERSION__="sparse"' $(INCLUDES)

# How deep each stack is driven, with the ways: by the plain build of gcc.
DEPTH = PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tools/stack/depth.py
.PHONY: stack
stack: kernel
	@$(DEPTH) $(O)/corral.elf -v $(K)

check: setup-check
	@$(MAKE) --no-print-directory -j2 review

review:
	@$(MAKE) --no-print-directory WERROR=1 O=$(B)/gcc kernel
	@$(DEPTH) $(B)/gcc/corral.elf
	@$(MAKE) --no-print-directory WERROR=1 DEBUG=1 O=$(B)/gcc-debug objects
	@$(MAKE) --no-print-directory O=$(B)/clang CC=clang WERROR=1 objects
	@$(MAKE) --no-print-directory O=$(B)/clang-debug DEBUG=1 CC=clang WERROR=1 objects
	@echo '  SPARSE  all sources' && printf '%s\n' $(CSRC) | xargs -P 2 -n 1 sparse $(SPARSE)
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -p no:cacheprovider -q tests/style
	@tests/model/check.sh $(abspath $(B))/model

fmt:
	clang-format -i $(CSRC) $(HEADERS) $(USER) $(CGTOOLS) $(shell find tests -name '*.[ch]')

help:
	@echo 'make            the kernel and the initramfs: build/corral.elf, build/initrd.cpio'
	@echo 'make run        boot to a shell on this terminal  (CPUS=4 MEM=256 ACCEL=tcg APPEND=words)'
	@echo '                leave it with poweroff, or with Ctrl-A X'
	@echo 'make test       everything that must pass  (K=expression chooses by name)'
	@echo 'make test-linux the guest tests on the kernel of Debian'
	@echo 'make unit       the parts of the kernel that run on the host, under sanitizers'
	@echo 'make fuzz       libFuzzer (clang) on what users write: lists of CPUs  (SECONDS=10)'
	@echo 'make bench      guest instructions per operation, here and on the kernel of Debian'
	@echo '                RECORD=1 makes them the record that later runs are compared with'
	@echo 'make compare    the same questions to Corral and to the kernel of Debian, answers side by side'
	@echo '                RECORD=1 writes down what the kernel of Debian answered (tests/linux)'
	@echo 'make scale      cost as things grow tenfold, throughput on 1 to 8 processors'
	@echo 'make profile    where its instructions go: OP="cost stat", OP="cost stat 2 path_walk"'
	@echo 'make fair       how evenly CPU time is shared out, on 1, 2 and 4 CPUs'
	@echo 'make picture    the scheduler and a move of containers, drawn: build/timeline.svg, links.svg'
	@echo 'make stress     a minute of fork, mmap, pipes and signals on 64 processors, debug build'
	@echo 'make iso        build/corral.iso, for BIOS and UEFI'
	@echo 'make debug      a kernel that waits for gdb, and gdb with commands for its structures'
	@echo 'make console    in another terminal: the console of the machine that make debug has started'
	@echo 'make doctor     looks at each tool and tells how to mend what is missing'
	@echo 'make check      style, sparse, depth of stacks, both builds with clang, the models with spin'
	@echo 'make stack      the longest ways of calls on each kernel stack  (K="FUNCTION..." from there)'
	@echo 'make fmt        clang-format everything'
	@echo 'make size       the size of the stripped image'
	@echo 'make clean      forget build/, but for what is fetched from Debian'
	@echo 'Knobs: DEBUG=1 WERROR=1 CC=clang LD=ld.lld CROSS_COMPILE=x86_64-elf- V=1'

size: $(O)/corral.elf
	@$(STRIP) -o $(OBJ)/stripped.elf $< && n=$$(stat -c %s $(OBJ)/stripped.elf) && \
		echo "$<: $$n bytes stripped, 1048576 allowed" && [ $$n -le 1048576 ]

clean:
	rm -rf $(filter-out $(B)/linux $(B)/programs,$(wildcard $(B)/*))
