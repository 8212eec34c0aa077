# `make demo` and `make test` need nothing but g++, make and Python 3.11: they set up, build and run.
# The Python packages go into .venv, what is built into build/<preset>.

JOBS ?= $(shell nproc)
PRESET ?= release
BUILD := build/$(PRESET)
VENV_PYTHON := .venv/bin/python
STAMP := .venv/.set-up

# cmake, ninja and ruff are those of .venv.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help set-up build demo test bench format lint asan tsan clean

help:
	@echo "make demo     set up, build and run examples/demo.py (NumPy, PyTorch and JAX)"
	@echo "make test     set up, build and run every test; the last line is the count"
	@echo "make build    set up and build; .venv/bin/nki-py and 'import nki' in .venv then use build/release"
	@echo "make bench    the benchmarks, side by side with NumPy and torch"
	@echo "make format   clang-format and ruff, in place"
	@echo "make lint     the same, as a check"
	@echo "make asan     build with AddressSanitizer and UBSan and run the tests that suit them"
	@echo "make tsan     the same with ThreadSanitizer"
	@echo "make clean    remove build/ (.venv stays)"

set-up: $(STAMP)
$(STAMP): python/tools/setup.sh python/tools/requirements.txt
	@sh python/tools/setup.sh
	@touch $@

# ninja itself configures again when a CMake file or the set of sources changes.
build/%/build.ninja: CMakePresets.json | $(STAMP)
	@echo "build: configuring $*"
	@mkdir -p build
	@cmake --preset $* >build/configure-$*.log 2>&1 </dev/null || { cat build/configure-$*.log; exit 1; }
	@touch $@

build: $(BUILD)/build.ninja
	@echo "build: compiling $(PRESET)"
	@cmake --build $(BUILD) -j$(JOBS)
	@$(VENV_PYTHON) python/tools/link_build.py $(BUILD)

demo: $(BUILD)/build.ninja
	@echo "build: compiling what the demo needs"
	@cmake --build $(BUILD) -j$(JOBS) --target _core nki-py
	@$(VENV_PYTHON) python/tools/link_build.py $(BUILD)
	@.venv/bin/nki-py examples/demo.py

test: build
	@$(VENV_PYTHON) tests/run_all.py --build $(BUILD) --jobs $(JOBS)

bench: build
	@$(BUILD)/bin/nki_benchmarks
	@for script in $(wildcard benchmarks/*_bench.py); do .venv/bin/nki-py "$$script" || exit 1; done

asan tsan: %: build/%/build.ninja
	@echo "build: compiling $@"
	@cmake --build build/$@ -j$(JOBS)
	@$(VENV_PYTHON) tests/run_all.py --build build/$@ --jobs $(JOBS) --sanitizer

SOURCES = $(shell git ls-files '*.cc' '*.h')

format: $(STAMP)
	@command -v clang-format >/dev/null || { echo "format: clang-format is missing: apt-get install clang-format" >&2; exit 1; }
	clang-format -i $(SOURCES)
	ruff check --fix .

lint: $(STAMP)
	@command -v clang-format >/dev/null || { echo "lint: clang-format is missing: apt-get install clang-format" >&2; exit 1; }
	clang-format --dry-run -Werror $(SOURCES)
	ruff check .

clean:
	rm -rf build
