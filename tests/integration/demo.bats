#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What `./dev run` shows: tools/run-demo with the demo program, in a container and without one.

load helpers

setup() {
  [[ $EUID == 0 ]] || skip "needs root"
  TREE=$BATS_TEST_DIRNAME/../..
  BUILD=${MASU_BUILD:-${MASU_RUNTIME%/bin/masu-runtime}}
  [[ -x $BUILD/demo-rootfs/demo ]] || skip "$BUILD has no demo-rootfs"
  export TMPDIR=$BATS_TEST_TMPDIR MASU_BUILD=$BUILD
}

@test "the demo shows its container from inside" {
  run -0 --separate-stderr timeout 20 "$TREE/tools/run-demo"
  [[ -z $stderr ]]
  [[ $output =~ process\ +pid\ 1,\ parent\ 0,\ user\ 0:0$'\n' ]]
  [[ $output =~ host\ name\ +masu-demo$'\n' ]]
  [[ $output =~ capabilities\ +kill\ net_bind_service$'\n' ]]
  [[ $output =~ new\ privileges\ +never$'\n' ]]
  [[ $output =~ seccomp\ +on,\ filters:\ 1$'\n' ]]
  [[ $output =~ limits\ +files\ 1024,\  ]]
  [[ $output == *" / (ro), /proc, /dev,"* ]]
}

@test "the demo shows the steps of its start, of runtime and container" {
  run -0 timeout 20 "$TREE/tools/run-demo"
  [[ $output =~ \ 0\.00\ +[0-9]+\.[0-9]{2}\ +runtime\ +command_line\  ]]
  [[ $output =~ [0-9]+\.[0-9]{2}\ +container\ +[a-z_]+\  ]]
  [[ $output =~ [0-9]+\.[0-9]{2}\ +program\ +first\ instruction ]]
}

@test "no escape sequences where the output is no terminal" {
  run -0 timeout 20 "$TREE/tools/run-demo"
  [[ $output != *$'\033'* ]]
}

@test "extra arguments go to the runtime" {
  run -0 timeout 20 "$TREE/tools/run-demo" --pid-file "$BATS_TEST_TMPDIR/pid"
  [[ $(<"$BATS_TEST_TMPDIR/pid") =~ ^[0-9]+$ ]]
}

@test "nothing is left behind" {
  run -0 timeout 20 "$TREE/tools/run-demo"
  [[ -z $(find "$TMPDIR" -maxdepth 1 -name 'masu-demo.*') ]]
  [[ -z $(find /sys/fs/cgroup -maxdepth 3 -type d -name 'demo-*') ]]
}

@test "without a trace the demo says so" {
  run -0 timeout 20 "$BUILD/demo-rootfs/demo" 3>&-
  [[ $output == *"no trace was passed as descriptor 3"* ]]
}

@test "a trace that never comes ends after two seconds" {
  mkfifo "$BATS_TEST_TMPDIR/silent"
  SECONDS=0
  run -0 timeout 20 bash -c 'exec "$1" 3<>"$2"' bash "$BUILD/demo-rootfs/demo" "$BATS_TEST_TMPDIR/silent"
  [[ $output == *"the runtime wrote no trace within two seconds"* ]]
  ((SECONDS <= 10))
}

@test "a trace that is none is told apart" {
  mkfifo "$BATS_TEST_TMPDIR/odd"
  run -0 timeout 20 bash -c 'exec 3<>"$2"; echo "[1]" >&3; exec "$1"' bash "$BUILD/demo-rootfs/demo" "$BATS_TEST_TMPDIR/odd"
  [[ $output == *"no list of trace events"* ]]
}

@test "it ends with masu run of an image, with neither registry nor network" {
  run -0 --separate-stderr timeout 60 unshare --net "$TREE/tools/run-demo"
  [[ -z $stderr ]]
  local second=${output##*"masu run --rm"}
  [[ $second =~ process\ +pid\ 1,\ parent\ 0,\ user\ 0:0$'\n' ]]
  [[ $second != *"no trace"* ]]
  [[ -z $(find "$TMPDIR" -maxdepth 1 -name 'masu-demo.*') ]]
}

@test "an ordinary user sees the image's demo alone" {
  local user=(setpriv --reuid=4711 --regid=4711 --clear-groups)
  "${user[@]}" test -x "$BUILD/bin/masu" -a -x "$MASU_IMAGE" -a -r "$TREE/tools/run-demo" || skip "the build is not open to other users"
  chmod 755 "${BATS_TEST_TMPDIR%/*}"
  chmod 1777 "$BATS_TEST_TMPDIR"
  run -0 --separate-stderr timeout 60 "${user[@]}" bash "$TREE/tools/run-demo"
  [[ -z $stderr ]]
  [[ $output =~ process\ +pid\ 1,\ parent\ 0,\ user\ 0:0$'\n' ]]
  [[ -z $(find "$TMPDIR" -maxdepth 1 -name 'masu-demo.*') ]]
}
