#!/bin/sh
# Installs what building and testing need: Debian packages where they are missing, and the Python packages into .venv.
# `make` runs it once for each version of itself and of requirements.txt; running it again does no harm.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build
log=build/setup.log
: >"$log"

say() { printf 'set-up: %s\n' "$*"; }
fail() { printf 'set-up: error: %s\n' "$*" >&2; exit 1; }

# Runs a command silently; on failure shows the end of what it said, then the explanation that comes first.
quietly() {
  explanation=$1; shift
  "$@" >>"$log" 2>&1 </dev/null || { tail -n 15 "$log" >&2; fail "$explanation (everything it said is in $log)"; }
}

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# The first of $PYTHON, python3.11 and python3 that runs and is Python 3.11 or newer (a pyenv shim may exist and not run).
find_python() {
  if [ -n "${PYTHON:-}" ]; then
    is_new_enough "$PYTHON" || fail "PYTHON=$PYTHON is not a Python 3.11 or newer"
    echo "$PYTHON"; return
  fi
  for candidate in python3.11 python3; do
    if is_new_enough "$candidate"; then echo "$candidate"; return; fi
  done
}

has_header() { echo "#include <$1>" | g++ -std=c++20 -E -x c++ - >/dev/null 2>&1; }

# Of an interpreter: is there what `venv` needs, and what embedding needs (Python.h and libpython)?
has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }
has_embedding() {
  "$1" - <<'PYTHON' 2>/dev/null
import os, sys, sysconfig
var = lambda name: sysconfig.get_config_var(name) or ""
folders = [var("LIBDIR"), os.path.join(var("LIBDIR"), var("MULTIARCH")), var("LIBPL")]
libraries = [os.path.join(f, l) for f in folders for l in (var("LDLIBRARY"), var("LIBRARY")) if l]
header = os.path.join(sysconfig.get_path("include"), "Python.h")
sys.exit(not (os.path.exists(header) and any(map(os.path.exists, libraries))))
PYTHON
}

# The Debian packages that are missing for interpreter $1, one a line.
missing_packages() {
  if ! command -v g++ >/dev/null; then echo g++; fi
  for pair in hwy/highway.h:libhwy-dev gtest/gtest.h:libgtest-dev gmock/gmock.h:libgmock-dev \
              benchmark/benchmark.h:libbenchmark-dev; do
    if ! has_header "${pair%%:*}"; then echo "${pair##*:}"; fi
  done
  if [ -z "$1" ]; then printf '%s\n' python3 python3-venv python3-dev; return; fi
  case $("$1" -c 'import sys; print(sys.base_prefix)') in
    /usr)
      version=$("$1" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
      if ! has_venv "$1"; then echo "$version-venv"; fi
      if ! has_embedding "$1"; then echo "$version-dev"; fi ;;
    *)
      has_venv "$1" && has_embedding "$1" ||
        fail "$1 lacks venv, Python.h or libpython; build it with --enable-shared, or choose another with PYTHON=..." ;;
  esac
}

install_packages() {
  if [ "$(id -u)" -ne 0 ]; then fail "Debian packages are missing; as root run: apt-get install $*"; fi
  if ! command -v apt-get >/dev/null; then fail "these Debian packages (or their like) are missing: $*"; fi
  say "installing Debian packages: $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null && return
  quietly "apt-get update failed; is there a network?" apt-get update
  quietly "apt-get could not install $*" apt-get install -y --no-install-recommends "$@"
}

python=$(find_python)
packages=$(missing_packages "$python" | tr '\n' ' ')
if [ -n "$packages" ]; then
  # shellcheck disable=SC2086  # a list of words
  install_packages $packages
  python=$(find_python)
fi
[ -n "$python" ] || fail "Python 3.11 or newer was not found; name one with PYTHON=/path/to/python"

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  say "creating .venv with $("$python" --version)"
  quietly "could not create .venv" "$python" -m venv --clear .venv
fi
pip_failed="pip could not install the Python packages; is there a network, or an index that PIP_INDEX_URL names?"
say "installing Python packages into .venv (a few minutes the first time)"
quietly "$pip_failed" .venv/bin/python -m pip install --disable-pip-version-check -r python/tools/requirements.txt
quietly "$pip_failed" .venv/bin/python -m pip install --disable-pip-version-check torch==2.13.0
