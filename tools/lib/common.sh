# shellcheck shell=bash
# Sourced by the scripts in tools/ and .ci/; not a program.
# Messages go to stderr: stdout belongs to the program that a script runs.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root" || exit 1

# Without this, ccache does not cache files that use precompiled headers.
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros}

# All paths on the compiler's command line are relative, therefore trees in different folders share
# their objects. Only the name of the build folder in the debug information can be another one.
export CCACHE_NOHASHDIR=1

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$(basename "$0"): $1"
  exit "${2:-1}"
}

# configure DIR [MESON_OPTION...]: configures DIR, unless it is configured with these options.
configure() {
  local dir=$1
  shift
  if [[ ! -f $dir/build.ninja || $(cat "$dir/.options" 2>/dev/null) != "$*" ]]; then
    say "configuring $dir"
    local log
    if ! log=$(meson setup $([[ -f $dir/build.ninja ]] && echo --reconfigure) "$dir" "$@" 2>&1); then
      say "$log"
      die "meson could not configure $dir"
    fi
    printf '%s' "$*" >"$dir/.options"
  fi
}

# build DIR [TARGET...]: silent if there is nothing to do.
build() {
  local dir=$1
  shift
  local quiet=--quiet
  [[ -t 2 ]] && quiet=
  if ! ninja -C "$dir" -n "$@" 2>/dev/null | grep -q 'no work to do'; then
    say "building in $dir"
    # shellcheck disable=SC2086
    ninja -C "$dir" $quiet "$@" >&2 || die "the build in $dir failed"
  fi
}

# configure_sanitized: sets up build-asan for the address and undefined-behaviour sanitizers. It uses
# clang if it is installed, because clang compiles faster and g++ 12 gives wrong warnings there.
# Optimization would double the compile time, full debug information would add half of it. Each folder
# of the library is one source, which takes a third of the time. Clang's precompiled headers contain
# absolute paths and times: without ccache they save a third, but with it no tree could use an object
# of another one. The check of virtual calls needs two free descriptors, and a test runs out of them
# on purpose.
configure_sanitized() {
  local compiler='' strict=false ccache='' precompiled=true
  if compiler=$(command -v clang++-19); then
    ccache=$(command -v ccache || true)
    [[ -z $ccache ]] || precompiled=false
    compiler=${ccache:+ccache }$compiler
    [[ -z ${CI:-} ]] || strict=true
  fi
  CXX=${compiler:-${CXX:-c++}} configure build-asan -Dtests=enabled -Dsamples=enabled "-Dwerror=$strict" \
    -Db_sanitize=address,undefined -Db_lundef=false "-Db_pch=$precompiled" -Ddefault_library=static \
    -Doptimization=0 -Dunity=on -Dunity_size=100 -Ddebug=false '-Dcpp_args=-g1 -fno-sanitize=vptr'
}
