# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
# What the scripts share: packages, presets, parallelism. Source it; it changes nothing by itself.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Debian's own Python, where its pandas and matplotlib are; another one may come first on PATH.
PYTHON=/usr/bin/python3

BUILD_PACKAGES=(g++ cmake ninja-build libboost-dev libboost-graph-dev libboost-iostreams-dev libboost-program-options-dev
  libcsv-dev libexpat1-dev libmetis-dev libnlopt-dev nlohmann-json3-dev libfmt-dev librandom123-dev catch2)
PLOT_PACKAGES=(python3 python3-pandas python3-matplotlib)
TEST_PACKAGES=("${PLOT_PACKAGES[@]}" python3-scipy python3-jsonschema python3-distributed clang-format valgrind
  graphviz)
# The real server of tests/real, and what scripts/measure_platform runs.
REAL_PACKAGES=(libgrpc++-dev libprotobuf-dev protobuf-compiler-grpc libopenblas-dev libbenchmark-dev pkg-config)
PYTHON_STYLE_PACKAGES=(black flake8 mypy)
# clang 14, Debian 12's default, does not accept C++20 coroutines with libstdc++ nor libfmt's consteval.
CLANG_PACKAGES=(clang-19 libclang-rt-19-dev)  # and its sanitizers and libFuzzer
COVERAGE_PACKAGES=(gcovr)
TIDY_PACKAGES=(clang-19 clang-tidy-19)

step() { printf '==> %s\n' "$*"; }

die() {
  printf '%s: error: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# quietly COMMAND...: its output only if it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || status=$?
  ((status == 0)) || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

# need_packages NAME...: installs those that are missing, or says how to.
need_packages() {
  if ! command -v dpkg-query >/dev/null; then
    step "packages: not a Debian system; the equivalents of these must be there: $*"
    return
  fi
  local installed package missing=()
  installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qxF "$package installed" <<<"$installed" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then
    step "packages: all there"
    return
  fi

  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die_without "${missing[@]}"
    as_root=(sudo)
    [[ -t 0 ]] || as_root+=(--non-interactive)  # nobody to type a password
  fi
  step "packages: installing ${missing[*]}"
  "${as_root[@]}" true || die_without "${missing[@]}"
  # A failed update is not the end: the lists already there may do.
  quietly "${as_root[@]}" apt-get -qq update || true
  quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 install "${missing[@]}" ||
    die_without "${missing[@]}"
}

die_without() {
  die "these packages are missing and could not be installed; as root, run
  apt-get update && apt-get install --no-install-recommends $*"
}

# Memory free for us, in MiB: the machine's, or the container's if that is less (its file cache counts as free).
free_memory() {
  local free group=/sys/fs/cgroup limit
  free=$(awk '/^MemAvailable:/ {print int($2 / 1024)}' /proc/meminfo)
  limit=$(cat "$group/memory.max" 2>/dev/null || echo max)
  if [[ $limit != max ]]; then
    limit=$(awk -v limit="$limit" '/^inactive_file / {cache = $2} NF == 1 {used = $1}
      END {print int((limit - used + cache) / 1048576)}' "$group/memory.current" "$group/memory.stat")
    ((limit >= free)) || free=$limit
  fi
  echo "$free"
}

# parallel_jobs MIB: as many as there are cores, and MIB of memory for each. CMAKE_BUILD_PARALLEL_LEVEL overrules it.
parallel_jobs() {
  local cores by_memory
  cores=$(nproc)
  by_memory=$(($(free_memory) / $1))
  ((by_memory >= 1)) || by_memory=1
  echo "${CMAKE_BUILD_PARALLEL_LEVEL:-$((cores < by_memory ? cores : by_memory))}"
}

# configure PRESET [CMAKE OPTION]...: with ccache where there is one.
configure() {
  local preset=$1 launcher
  shift
  launcher=$(command -v ccache || true)
  step "configure: preset $preset${launcher:+, with ccache}"
  cd "$ROOT" && quietly cmake --preset "$preset" "-DCMAKE_CXX_COMPILER_LAUNCHER=$launcher" "$@"
}

# build PRESET [TARGET]...: all targets unless some are named.
build() {
  local preset=$1 jobs
  shift
  # The largest compilations (the JSON library, sanitizers on) take about 1 GiB.
  jobs=$(parallel_jobs 1200)
  step "build: build/$preset, $jobs at a time"
  # The precompiled header's date would otherwise keep ccache from answering.
  export CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR=$ROOT
  cd "$ROOT" && cmake --build "build/$preset" --parallel "$jobs" ${1:+--target "$@"} </dev/null
}
