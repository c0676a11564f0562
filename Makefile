# Dabiao: build, run, test. `make help` lists the targets.
SHELL := /bin/bash
MODE ?= release
OUT := build/$(MODE)
# A short line for each file; V=1 shows the commands.
Q = $(if $(V),,@echo '  $@' && )
ifeq ($(origin CC),default)
CC := gcc
endif

PKGS := jansson libjwt libsodium libcurl libzip expat liboath libqrencode
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wno-format-nonliteral -Wwrite-strings -Wpointer-arith -Wno-missing-field-initializers
CFLAGS_release := -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2
CFLAGS_debug := -O0 -g3
CFLAGS_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_fuzz := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
LDFLAGS_fuzz := -fsanitize=fuzzer,address,undefined
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(shell mariadb_config --include 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) $(shell mariadb_config --libs 2>/dev/null)
ALL_CFLAGS := -std=gnu11 $(WARN) $(CFLAGS_$(MODE)) -D_GNU_SOURCE -Iinclude $(PKG_CFLAGS) $(CFLAGS)
ALL_LDLIBS := $(PKG_LIBS) -lfcgi -lxlsxwriter -lpthread -lm
ALL_LDFLAGS := $(LDFLAGS_$(MODE)) $(LDFLAGS)

SOURCES := $(sort $(wildcard app/*.c app/*/*.c))
OBJECTS := $(SOURCES:%.c=$(OUT)/%.o)
LIB_OBJECTS := $(filter-out $(OUT)/app/main.o,$(OBJECTS))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))

FUZZERS := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FORMATTED := $(wildcard app/*.[ch] app/*/*.[ch] include/*.h include/*/*.h tests/unit/*.[ch] tests/fuzz/*.c tests/bench/*.c)
# The front end is out of date when any of its files, or a folder of them (a file was removed), is newer.
FRONTEND := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune \
    -o -path frontend/coverage -prune -o -print 2>/dev/null | grep -v -e ' ' -e '^frontend$$')

export PATH := $(CURDIR)/.tools/bin:$(PATH)

# Ends with make, however make ends, and on INT even when started in the background.
STOPPABLE := env --default-signal=INT setpriv --pdeathsig TERM

.DEFAULT_GOAL := all
.PHONY: all debug asan unit unit-tests fuzzers npm-ci frontend run test test-long check fmt bench gen db-reset compdb clean help
.DELETE_ON_ERROR:

all: $(OUT)/dabiao ## build the program (MODE=release, debug or asan)

debug:  ## build with debug information, no optimisation
	$(MAKE) MODE=debug all
asan:   ## build with address and undefined-behaviour sanitizers
	$(MAKE) MODE=asan all

run:    ## install what is missing, build, and run the program on 127.0.0.1:8080 (DABIAO_PORT, DABIAO_VAR)
	@exec $(STOPPABLE) scripts/run.sh

test:   ## run every test; T=pattern chooses by name
	@exec $(STOPPABLE) tests/run --match "$(T)"
test-%: ## run one suite: test-checks, -unit, -asan, -frontend, -api, -e2e, -fuzz, -long
	@exec $(STOPPABLE) tests/run --suite "$*" --match "$(T)"

check:  ## the rules of tests/checks
	@exec tests/run --suite checks --match "$(T)"
fmt:    ## format the C sources
	clang-format -i $(FORMATTED)
bench:  ## measure against the yardsticks of docs/benchmarks.md
	@exec $(STOPPABLE) tests/bench/run
gen: all ## write include/openapi.json, .env.example and the front end's types from the route table
	$(OUT)/dabiao routes --openapi >build/openapi.json && mv build/openapi.json include/openapi.json
	$(OUT)/dabiao config --example >.env.example
	cd frontend && npm run gen
db-reset: ## forget the data of `make run`
	@scripts/db-reset.sh
compdb: ## compile_commands.json for editors
	@scripts/compdb.sh $(ALL_CFLAGS) -- $(SOURCES) >compile_commands.json

$(OUT)/dabiao: $(OBJECTS)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@.new $^ $(ALL_LDLIBS) && mv $@.new $@

# Unit tests link the objects they use, not the whole program.
$(OUT)/libdabiao.a: $(LIB_OBJECTS)
	@rm -f $@.new && ar rcs $@.new $^ && mv $@.new $@

# Changed flags make every object out of date.
FLAGS := $(strip $(CC) $(ALL_CFLAGS))
ifneq ($(strip $(file <$(OUT)/flags)),$(FLAGS))
$(shell mkdir -p $(OUT))
$(file >$(OUT)/flags,$(FLAGS))
endif

$(OUT)/%.o: %.c $(OUT)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

unit: $(UNIT_TESTS) ## build and run the unit tests of this MODE
	@exec tests/run --suite $(if $(filter asan,$(MODE)),asan,unit) --match "$(T)"
unit-tests: $(UNIT_TESTS)

$(OUT)/tests/%: tests/unit/%.c $(OUT)/libdabiao.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $(OUT)/tests/$*.d -Itests/unit $(ALL_LDFLAGS) -o $@ $< $(OUT)/libdabiao.a $(ALL_LDLIBS) -lcmocka

# Fuzzers: the program's own sources are compiled with coverage, in a mode of their own (MODE=fuzz CC=clang-14).
fuzzers: $(FUZZERS:%=$(OUT)/%)
$(OUT)/fuzz_%: tests/fuzz/fuzz_%.c $(OUT)/libdabiao.a
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(ALL_LDFLAGS) -o $@ $< $(OUT)/libdabiao.a $(ALL_LDLIBS)

npm-ci: frontend/node_modules/.installed
frontend/node_modules/.installed: frontend/package-lock.json
	cd frontend && npm ci --no-fund --no-audit
	@touch $@
frontend: frontend/dist/index.html ## build the front end
frontend/dist/index.html: frontend/node_modules/.installed $(FRONTEND)
	cd frontend && npm run build
	@touch $@

-include $(OBJECTS:.o=.d) $(wildcard $(OUT)/tests/*.d)

clean:  ## remove what was built
	rm -rf build frontend/dist

help:   ## list the targets
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12
