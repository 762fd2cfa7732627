# shellcheck shell=bash
# What the scripts share: words on stderr, packages, configuring and building.
# Sourced by them with the repository as the working directory. Nothing here
# reads stdin or writes to stdout, since both may belong to the node.

# The Debian packages that a build needs. Boost.Test is among them because
# the folder that runs the node also runs the tests.
# shellcheck disable=SC2034 # the scripts that source this file read it
build_packages=(g++ cmake ninja-build libcaf-dev rapidjson-dev libspdlog-dev
  libxxhash-dev libssl-dev libboost-dev libboost-test-dev libsqlite3-dev
  libsqlitecpp-dev libpqxx-dev)

# say TEXT: one line on stderr.
say() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
}

# need_packages NAME…: installs the Debian packages that are missing. Without
# root and without a sudo that asks nothing, prints the command to run and
# ends the script.
need_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "this is not a Debian system, so these have to be there: $*"
    return
  fi
  local installed name missing=() as_root=()
  # shellcheck disable=SC2016 # the format is dpkg-query's
  installed=$(dpkg-query -W -f '${Package}: ${db:Status-Status}\n' "$@" \
    </dev/null 2>/dev/null) || true
  for name in "$@"; do
    if ! grep -qxF "$name: installed" <<<"$installed"; then
      missing+=("$name")
    fi
  done
  if [ ${#missing[@]} -eq 0 ]; then
    return
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true </dev/null >/dev/null 2>&1; then
      local root_shell="su -c"
      if command -v sudo >/dev/null; then root_shell="sudo sh -c"; fi
      say "packages are missing and cannot be installed without root; run:
  $root_shell 'apt-get update && apt-get install -y ${missing[*]}'"
      exit 1
    fi
    as_root=(sudo -n)
  fi
  say "installing ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get
    -o DPkg::Lock::Timeout=300 -q)
  local log
  log=$(mktemp)
  if ! { "${apt[@]}" update \
    && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } \
    </dev/null >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    say "could not install ${missing[*]}"
    exit 1
  fi
  rm -f "$log"
}

# build_folder PRESET: prints the folder that CMakePresets.json names for it.
build_folder() {
  if [ "$1" = release ]; then echo build; else echo "build-$1"; fi
}

# is_built PRESET TARGET…: returns whether nothing is left to do for them.
is_built() {
  local folder
  folder=$(build_folder "$1")
  shift
  [ -f "$folder/build.ninja" ] \
    && ninja -C "$folder" -n "$@" </dev/null 2>/dev/null \
    | grep -q '^ninja: no work to do'
}

# configure PRESET: makes the build folder ready, so that ctest knows the tests,
# where that was not done yet or a list of sources has changed since. Quiet
# unless it fails; then it prints the end of the log and returns 1.
configure() {
  configure_and_build "$1" build.ninja
}

# configure_and_build PRESET TARGET…: configures where that was not done yet
# and builds what is out of date. Quiet unless it fails; then it prints the
# end of the log and returns 1.
configure_and_build() {
  local preset=$1 folder log
  shift
  folder=$(build_folder "$preset")
  log=$folder/setup.log
  mkdir -p "$folder"
  # Two scripts that start at once must not build in one folder at once.
  (
    flock 9
    if is_built "$preset" "$@"; then
      exit 0
    fi
    if [ ! -f "$folder/build.ninja" ]; then
      say "configuring $folder"
      cmake --preset "$preset" </dev/null >"$log" 2>&1 9>&- || exit 1
    fi
    if [ "$*" != build.ninja ]; then say "building $* in $folder"; fi
    cmake --build "$folder" --target "$@" \
      --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}" \
      </dev/null >"$log" 2>&1 9>&- || exit 1
  ) 9>"$folder/.lock" || {
    tail -n 60 "$log" >&2
    say "that failed; the whole log is $log"
    return 1
  }
}
