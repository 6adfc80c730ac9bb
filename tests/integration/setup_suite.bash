# SPDX-License-Identifier: Apache-2.0
#
# Once per run: the program under test, a root of busybox that each test copies, and the probe that looks at the
# container from inside where busybox cannot.

# dynamic_program NAME REPOSITORY : beside masu in a build that has both; it is no static program, so that of ./dev is a
# build of its own.
dynamic_program() {
  if [[ -x ${MASU%/*}/$1 ]]; then echo "${MASU%/*}/$1"; else echo "$2/build/dev/bin/$1"; fi
}

setup_suite() {
  local repo applet
  repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  export SUPPORT=$repo/tests/support
  export MASU_RUNTIME=${MASU_RUNTIME:-$repo/build/release-musl/bin/masu-runtime}
  export MASU_SHIM=${MASU_SHIM:-${MASU_RUNTIME%/*}/masu-shim}
  export MASU=${MASU:-${MASU_RUNTIME%/*}/masu}
  export MASU_IMAGE=${MASU_IMAGE:-$(dynamic_program masu-image "$repo")}
  export MASU_RUNTIME_WASM=${MASU_RUNTIME_WASM:-$(dynamic_program masu-runtime-wasm "$repo")}
  export BUSYBOX_ROOT=$BATS_RUN_TMPDIR/busybox
  export PROBE=${PROBE:-$BATS_RUN_TMPDIR/probe} # given where there is no compiler

  [[ -x $MASU_RUNTIME ]] || { echo "no such program: $MASU_RUNTIME (set MASU_RUNTIME)" >&2; return 1; }
  mkdir -p "$BUSYBOX_ROOT"/{bin,dev,etc,proc,root,sys,usr,var,home/someone} || return 1
  mkdir -m 1777 "$BUSYBOX_ROOT/tmp" || return 1
  cp /bin/busybox "$BUSYBOX_ROOT/bin/busybox" || return 1
  # What the tests call; all 270 applets would be most of the time that a copy takes.
  for applet in [ awk basename cat chmod chown cp cut date dd dirname echo env expr false find grep head hostname id kill ln ls mkdir \
    mkfifo mknod mktemp mount mv nproc ping printf ps pwd readlink realpath rm rmdir sed seq sh sleep sort stat stty tail tee test touch tr true \
    tty umount uname uniq wc whoami xargs; do
    ln -s busybox "$BUSYBOX_ROOT/bin/$applet"
  done
  printf '%s\n' root:x:0:0:root:/root:/bin/sh someone:x:1000:1000::/home/someone:/bin/sh >"$BUSYBOX_ROOT/etc/passwd"
  printf '%s\n' root:x:0: tty:x:5: someone:x:1000: >"$BUSYBOX_ROOT/etc/group"
  chmod 755 "$BATS_RUN_TMPDIR"
  [[ -x $PROBE ]] || cc -static -O1 -Wall -o "$PROBE" "$SUPPORT/probe.c" || return 1
}
