# What the scripts share; to be sourced. Leaves the working directory at the root of the project.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
project=$PWD
release=$project/.build/release

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$(basename "$0"): $*"
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "needs root for: $*; run it as root or install sudo"
  fi
}

# Puts the Swift toolchain into PATH; sudo and cron leave it out.
find_swift() {
  if command -v swift >/dev/null; then return; fi
  local home directory
  home=$(getent passwd "${SUDO_USER:-$(id -un)}" | cut -d: -f6)
  for directory in /opt/swift/usr/bin /usr/local/swift/usr/bin /usr/share/swift/usr/bin "$home/.local/share/swiftly/bin"; do
    if [ -x "$directory/swift" ]; then
      export PATH="$PATH:$directory"
      return
    fi
  done
  fail "Swift 6.3 is not in PATH; install it from https://www.swift.org/install/linux and try again"
}

# The plugins of a finished build, one a line. The library of audits has a name of the same kind and is none.
built_plugins() { find "$release"/ -maxdepth 1 -name 'libtidemill-*.so' ! -name libtidemill-audit.so | LC_ALL=C sort; }

# Runs `swift build` with the given arguments. A scratch directory whose first build failed can answer "unknown build
# description" for ever: it is dropped and built once more.
swift_build() {
  local scratch=.build log argument previous=
  for argument in "$@"; do
    if [ "$previous" = --scratch-path ]; then scratch=$argument; fi
    # What a profiler needs stays; without the rest a plugin is a third as long, and so is the time to read it at every start.
    if [ "$argument" = release ]; then set -- "$@" -debug-info-format none; fi
    previous=$argument
  done
  # SwiftPM does not compile Swift anew when a header of C changed that it imports: inline functions and layouts would differ.
  local headers=$scratch/headers.sha256 now
  now=$(find include Sources/*/include -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
  if [ -d "$scratch" ] && [ "$(cat "$headers" 2>/dev/null)" != "$now" ]; then
    find "$scratch"/*/release "$scratch"/*/debug -name '*.swift.o' -delete 2>/dev/null || true
  fi
  mkdir -p "$scratch"
  printf '%s\n' "$now" >"$headers"
  log=$(mktemp)
  if swift build "$@" </dev/null 2>&1 | tee "$log" >&2; then
    rm -f "$log"
    return
  fi
  if grep -q 'unknown build description' "$log"; then
    rm -rf "$log" "$scratch"
    swift build "$@" </dev/null >&2
    printf '%s\n' "$now" >"$headers"
  else
    rm -f "$log"
    return 1
  fi
}

# stage NAME COMMAND...: runs it and remembers how many seconds it took.
stage_names=()
stage_seconds=()
stage() {
  local name=$1 started=$SECONDS status=0
  shift
  say "==> $name"
  "$@" || status=$?
  stage_names+=("$name")
  stage_seconds+=($((SECONDS - started)))
  if [ "$status" -ne 0 ]; then say "==> $name failed after $((SECONDS - started)) s"; fi
  return "$status"
}

stage_report() {
  local index
  say ""
  say "seconds per stage"
  for index in "${!stage_names[@]}"; do
    printf '  %-28s %5d\n' "${stage_names[$index]}" "${stage_seconds[$index]}" >&2
  done
}
