# Dabiao: build, run, test. `make help` lists the targets.
SHELL := /bin/bash
MODE ?= release
OUT := build/$(MODE)
CC ?= gcc

PKGS := jansson libjwt libsodium libcurl libzip expat liboath libqrencode
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wno-format-nonliteral -Wwrite-strings -Wpointer-arith -Wno-missing-field-initializers
CFLAGS_release := -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2
CFLAGS_debug := -O0 -g3
CFLAGS_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS += -std=gnu11 $(WARN) $(CFLAGS_$(MODE)) -D_GNU_SOURCE -Iinclude $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(shell mariadb_config --include 2>/dev/null)
LDLIBS += $(shell pkg-config --libs $(PKGS) 2>/dev/null) $(shell mariadb_config --libs 2>/dev/null) -lfcgi -lxlsxwriter -lpthread -lm
LDFLAGS += $(LDFLAGS_$(MODE))

SOURCES := $(sort $(wildcard app/*.c app/*/*.c))
OBJECTS := $(SOURCES:%.c=$(OUT)/%.o)
LIB_OBJECTS := $(filter-out $(OUT)/app/main.o,$(OBJECTS))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))

.DEFAULT_GOAL := all
.PHONY: all debug asan unit clean help

all: $(OUT)/dabiao ## build the program (MODE=release, debug or asan)

debug:  ## build with debug information, no optimisation
	$(MAKE) MODE=debug all
asan:   ## build with address and undefined-behaviour sanitizers
	$(MAKE) MODE=asan all

$(OUT)/dabiao: $(OBJECTS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Unit tests link the objects they use, not the whole program.
$(OUT)/libdabiao.a: $(LIB_OBJECTS)
	rm -f $@ && ar rcs $@ $^

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/tests/%: tests/unit/%.c $(OUT)/libdabiao.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -MF $(OUT)/tests/$*.d -Itests/unit $(LDFLAGS) -o $@ $< $(OUT)/libdabiao.a $(LDLIBS) -lcmocka

-include $(OBJECTS:.o=.d) $(wildcard $(OUT)/tests/*.d)

clean:  ## remove what was built
	rm -rf build frontend/dist

help:   ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16
