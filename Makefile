# leadforest: builds out of tree into build/; the same tests also run under sanitizers, in folders beside it.
# Every folder of services/ is a program; every file *_test.c below tests/unit/<room>/ is a test program of that room.

CC      ?= gcc
CFLAGS  ?= -O3 -g
PREFIX  ?= /usr/local
BUILD   ?= build
SANITIZE ?=
WERROR  ?=
VERSION := $(shell sed -n 's/^\#define FOREST_VERSION "\(.*\)"/\1/p' libforest/forest.h)

# Kept apart from CFLAGS, so that a CFLAGS of yours does not switch them off.  With WERROR=1, as in tests/run, warnings
# are errors; a compiler that we have not seen may warn of more, and is to build all the same.
STRICT   := -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers
# It needs optimisation, and gives way to a level of yours.
FORTIFY  := $(if $(SANITIZE)$(findstring _FORTIFY_SOURCE,$(CFLAGS) $(CPPFLAGS)),,$(if $(filter-out -O0,$(filter -O%,$(CFLAGS))),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2))
HARDEN   := -fstack-protector-strong $(FORTIFY)
FLAGS     = $(STRICT) $(WERROR:%=-Werror) $(HARDEN) -fPIC -pthread -I. -I$(BUILD)/gen $(SANITIZE:%=-fsanitize=%) -MMD -MP
LIBRARIES := -Wl,--as-needed -lmicrohttpd -ljansson -lcsv -luuid -lcurl -lcrypto -lm
GMIME     := $(shell pkg-config --cflags gmime-3.0 2>/dev/null)

PROGRAMS := $(notdir $(patsubst %/,%,$(dir $(wildcard services/*/main.c))))
SOURCES  := $(sort $(shell find $(wildcard libforest libetl services tests) -name '*.c'))
objects   = $(patsubst %.c,$(BUILD)/obj/%.o,$(filter $(1)/%.c,$(SOURCES)))
room      = $(filter-out %/main.o $(BUILD)/obj/services/common/%,$(call objects,services/$(1)))
room_of   = $(firstword $(subst /, ,$(1)))

# What `make check` runs: the unit tests (of ROOMS), or of them and the scripts those that have T in their paths.
ROOMS    ?=
T        :=
having_T  = $(foreach file,$(1),$(if $(findstring $(T),$(file)),$(file)))
UNIT     := $(filter $(or $(foreach room,$(ROOMS),tests/unit/$(room)%_test.c),tests/unit/%_test.c),$(SOURCES))
UNIT     := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(if $(T),$(call having_T,$(UNIT)),$(UNIT)))
SCRIPTS  := $(if $(and $(T),$(if $(SANITIZE),,plain)),$(call having_T,$(shell tests/run --list)))
TOOLS    := $(BUILD)/tests/tools/make_registry

# The same unit tests under sanitizers: for races those alone that start threads.
ASAN     := BUILD=$(BUILD)/asan SANITIZE=address,undefined CFLAGS="-O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all"
TSAN     := BUILD=$(BUILD)/tsan SANITIZE=thread CFLAGS="-O1 -g" ROOMS="libforest/threads etl api"

FUZZ     := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))

FOREST := $(BUILD)/libforest.a
ETL    := $(BUILD)/libetl.a
COMMON := $(BUILD)/common.a
MADE   := $(addprefix $(BUILD)/gen/,config_default.h try.html.h docs.html.h monitoring.html.h openapi.json.h)

.PHONY: all check sanitize tsan sanitize-units tsan-units tested fuzz bench bench-forest bench-api bench-image bench-etl bench-intake gate-proof drift-proof install run-all format format-check lint tidy cppcheck clang clean help programs units fuzzers
.DELETE_ON_ERROR:
.SECONDARY:

all: programs $(BUILD)/libforest.so   ## the programs and the library, into build/
programs: $(PROGRAMS:%=$(BUILD)/leadforest-%)
units: $(UNIT) $(TOOLS)

check: units $(if $(SCRIPTS),all)     ## unit tests; some by ROOMS="etl api", T=gate or CASE='*holm*' (tests/README.md)
	@tests/prove $(BUILD) $(UNIT) $(SCRIPTS)

sanitize:                             ## the same under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory $(ASAN) check
tsan:                                 ## those that start threads, under ThreadSanitizer
	@$(MAKE) --no-print-directory $(TSAN) check

sanitize-units:
	@$(MAKE) --no-print-directory $(ASAN) units
tsan-units:
	@$(MAKE) --no-print-directory $(TSAN) units
tested: # the test programs that tests/run runs, one a line
	@[ -n "$(SANITIZE)" ] || { $(MAKE) --no-print-directory $(TSAN) tested && $(MAKE) --no-print-directory $(ASAN) tested; }
	@printf '%s\n' $(UNIT)

fuzz:                                 ## fuzz every parser for FUZZ_SECONDS (60) each, with clang
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzzing CC=clang SANITIZE=fuzzer-no-link,address,undefined CFLAGS="-O1 -g -fno-sanitize-recover=all" fuzzers
	@tests/fuzz/run $(BUILD)/fuzzing $(FUZZ_SECONDS)
fuzzers: $(FUZZ)

bench: bench-forest bench-api bench-etl ## every benchmark, side by side with the real peers
bench-forest: all                     ## training, prediction, size and quality of the forest
	@tests/bench/forest/run $(BUILD)
bench-api: all $(BUILD)/bench/constant $(BUILD)/tests/tools/make_registry ## the server beside FastAPI, nginx and a constant answer
	@tests/bench/api/run $(BUILD)
bench-intake: all $(BUILD)/tests/tools/make_registry  ## webhook deliveries a second, and what they cost /predict
	@tests/bench/api/intake.py $(BUILD)
bench-etl: all                        ## reading and joining, beside pandas and polars (LONG=1: ten million leads too)
	@tests/bench/etl/run $(BUILD)
bench-image: all                      ## sizes and starts of the images beside a Python one, with Docker
	@tests/bench/image/run $(BUILD)
gate-proof: $(BUILD)/bench/gate_proof           ## how often the gate promotes equal, worse and better challengers
	@$< $(BUILD)/bench/gate

drift-proof: all                      ## the drift monitor's rule beside constant thresholds, on simulated traffic
	@tests/bench/drift/run $(BUILD)

install: all                          ## programs, libforest and its pkg-config file, under DESTDIR/PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include
	install -m 755 $(PROGRAMS:%=$(BUILD)/leadforest-%) $(DESTDIR)$(PREFIX)/bin
	install -m 644 libforest/forest.h $(DESTDIR)$(PREFIX)/include
	install -m 644 $(FOREST) $(DESTDIR)$(PREFIX)/lib
	install -m 755 $(BUILD)/libforest.so $(DESTDIR)$(PREFIX)/lib/libforest.so.1
	ln -sf libforest.so.1 $(DESTDIR)$(PREFIX)/lib/libforest.so
	sed 's|@PREFIX@|$(PREFIX)|;s|@VERSION@|$(VERSION)|' libforest/forest.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/forest.pc

run-all: all                          ## sample data where there is none, then the entire pipeline
	@deploy/run-all $(BUILD)

format:                               ## lay the code out by .clang-format
	@tests/format --write
format-check:                         ## whether the code is laid out by .clang-format
	@tests/format
lint: tidy cppcheck                   ## clang-tidy and cppcheck
tidy:
	clang-tidy --quiet $$(git ls-files 'lib*.c' 'services/*.c') -- $(STRICT) -I. -I$(BUILD)/gen $(GMIME)
clang: $(MADE)                         ## whether clang warns of anything
	@clang $(STRICT) $(WERROR:%=-Werror) -pthread -I. -I$(BUILD)/gen $(GMIME) -fsyntax-only $(filter-out tests/bench/%,$(SOURCES))
cppcheck: $(MADE)
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance --suppressions-list=tests/cppcheck.suppressions -D'JSON_INTEGER_FORMAT="lld"' -I. -I$(BUILD)/gen libforest libetl services

clean:                                ## remove build/
	rm -rf $(BUILD)
help:                                 ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

# ---- how things are made ------------------------------------------------------------------------

$(FOREST): $(call objects,libforest)
$(ETL):    $(call objects,libetl)
$(COMMON): $(call objects,services/common)
$(FOREST) $(ETL) $(COMMON):
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/libforest.so: $(call objects,libforest)
	$(CC) -shared -Wl,-soname,libforest.so.1 -Wl,--version-script=libforest/exports.map $(SANITIZE:%=-fsanitize=%) -o $@ $^ -pthread -lm $(LDFLAGS)

# Results of floating point must not depend on the compiler's choices.
$(BUILD)/obj/libforest/%.o: FLAGS += -ffp-contract=off
$(BUILD)/obj/services/sync/%.o: FLAGS += $(GMIME)

$(BUILD)/obj/%.o: %.c | $(BUILD)/gen/config_default.h
	@mkdir -p $(@D)
	$(CC) $(FLAGS) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

# A program is its folder, common/ and the libraries.
.SECONDEXPANSION:
$(BUILD)/leadforest-%: $$(call objects,services/$$*) $(COMMON) $(ETL) $(FOREST)
	$(CC) $(SANITIZE:%=-fsanitize=%) $(CFLAGS) -pthread -o $@ $^ $(LDFLAGS) $(LIBRARIES) $(LIBRARIES_$*)

# A test of a room, also of one within, sees all the room's files (but main.c) and the libraries.
$(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/obj/tests/unit/case.o $$(call room,$$(call room_of,$$*)) $(COMMON) $(ETL) $(FOREST)
	@mkdir -p $(@D)
	$(CC) $(SANITIZE:%=-fsanitize=%) $(CFLAGS) -pthread -o $@ $^ $(LDFLAGS) -lcmocka $(LIBRARIES) $(LIBRARIES_$(call room_of,$*))

# A helper of scenarios is one file beside them.
$(BUILD)/tests/tools/%: $(BUILD)/obj/tests/scenarios/%.o $(COMMON) $(ETL) $(FOREST)
	@mkdir -p $(@D)
	$(CC) $(SANITIZE:%=-fsanitize=%) $(CFLAGS) -pthread -o $@ $^ $(LDFLAGS) $(LIBRARIES)

$(BUILD)/bench/constant: $(BUILD)/obj/tests/bench/api/constant.o $(call room,api) $(COMMON) $(ETL) $(FOREST)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -pthread -o $@ $^ $(LDFLAGS) $(LIBRARIES)

$(BUILD)/bench/gate_proof: $(call objects,tests/bench/gate) $(call room,register) $(COMMON) $(ETL) $(FOREST)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -pthread -o $@ $^ $(LDFLAGS) $(LIBRARIES)

FUZZ_SYNC := $(addprefix $(BUILD)/obj/services/sync/,mail.o formspree_email.o)
$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(call room,api) $(FUZZ_SYNC) $(COMMON) $(ETL) $(FOREST)
	@mkdir -p $(@D)
	$(CC) -fsanitize=fuzzer,address,undefined $(CFLAGS) -pthread -o $@ $^ $(LDFLAGS) $(LIBRARIES) $(LIBRARIES_sync)

LIBRARIES_sync := $(shell pkg-config --libs gmime-3.0 2>/dev/null)

# The default configuration becomes a string in the programs.
$(BUILD)/gen/config_default.h: deploy/leadforest.json
	@mkdir -p $(@D)
	sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$$/\\n"/' $< > $@

# So do the api's pages.
$(BUILD)/gen/%.h: services/api/pages/%
	@mkdir -p $(@D)
	sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$$/\\n"/' $< > $@
$(BUILD)/obj/services/api/pages/pages.o: $(BUILD)/gen/try.html.h $(BUILD)/gen/docs.html.h
$(BUILD)/obj/services/api/pages/monitoring.o: $(BUILD)/gen/monitoring.html.h
$(BUILD)/obj/services/api/pages/openapi.o: $(BUILD)/gen/openapi.json.h

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
