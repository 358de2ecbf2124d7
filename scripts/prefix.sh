# Where an installation goes; to be sourced after common.sh by install and uninstall. Leaves PREFIX and DESTDIR absolute, `target`,
# and `record`: the list that the installation keeps of itself, one path a line below the target, those of directories ending in /.
PREFIX=${PREFIX:-/usr/local}
DESTDIR=${DESTDIR:-}
case $PREFIX in
  /*) PREFIX=${PREFIX%/} ;;
  *) fail "PREFIX must be an absolute path, not '$PREFIX'" ;;
esac
case $DESTDIR in
  '' | /*) DESTDIR=${DESTDIR%/} ;;
  *) DESTDIR=$project/$DESTDIR ;;
esac
target=$DESTDIR$PREFIX
record=$target/lib/tidemill/installed-files

# Runs the calling script again as root, and ends, when the user may not write in the target.
take_target() {
  local place=$target
  while [ -n "$place" ] && [ ! -e "$place" ]; do place=${place%/*}; done
  if [ -w "${place:-/}" ]; then return; fi
  if [ "$(id -u)" -eq 0 ]; then fail "cannot write in ${place:-/}"; fi
  say "writing in ${place:-/} needs root"
  as_root env PREFIX="${PREFIX:-/}" DESTDIR="$DESTDIR" "$project/scripts/$(basename "$0")"
  exit
}
