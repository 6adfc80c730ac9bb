# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Shared by the client tests: private places, a test image, the case runner.
#
# A test script sources this file, calls `need`, `isolate` and `set_runtime`, starts its
# daemon, defines functions named case_NAME and ends with `run_cases`.
# Variables: TMPDIR (short path: unix sockets live below it), CASE_TIMEOUT (seconds, 60),
# CGROUP_MANAGER (cgroupfs or systemd, default cgroupfs), TIMES=1 tells each case's time,
# KEEP=1 keeps the work folder, BENCH=N times N runs of a container instead of testing.

CASE_TIMEOUT=${CASE_TIMEOUT:-60}
CGROUP_MANAGER=${CGROUP_MANAGER:-cgroupfs}
# shellcheck disable=SC2034 # for those that source this
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SELF=$(realpath "$0")

die() { echo "$0: $*" >&2; exit 2; }

# need COMMAND:PACKAGE... : every command exists, or say which Debian packages hold the rest.
need() {
  local item missing=()
  PATH=$PATH:/usr/sbin:/sbin
  for item; do command -v "${item%%:*}" >/dev/null || missing+=("${item#*:}"); done
  ((${#missing[@]} == 0)) || die "missing Debian packages: ${missing[*]}"
}

have() { command -v "$1" >/dev/null; }

# isolate ARGS... : sets TMP, the work folder.  Root runs the script again in a mount and a
# network namespace of its own, with a private /run, so that nothing it mounts, configures or
# forgets reaches the host.
isolate() {
  [[ $(id -u) == 0 ]] || { work_folder; return; }
  if [[ -z ${CLIENTS_TMP:-} ]]; then
    CLIENTS_TMP=$(mktemp -d "${TMPDIR:-/tmp}/oci.XXXXXX")
    export CLIENTS_TMP
    exec unshare --mount --net --propagation slave bash "$SELF" "$@"
  fi
  work_folder
  ip link set lo up
  mount --bind "$TMP" "$TMP"
  mount --make-rshared / # as systemd leaves it
  local keep
  mkdir "$TMP/run"
  for keep in systemd dbus udev user; do
    [[ ! -d /run/$keep ]] || { mkdir "$TMP/run/$keep"; mount --rbind "/run/$keep" "$TMP/run/$keep"; }
  done
  mount --rbind "$TMP/run" /run
  fix_hybrid
}

work_folder() {
  TMP=${CLIENTS_TMP:-$(mktemp -d "${TMPDIR:-/tmp}/oci.XXXXXX")}
  chmod 755 "$TMP"
  cd "$TMP" # conmon leaves a file `oom` in the current folder
  trap finish EXIT
  trap 'exit 130' INT TERM
}

# Under v1, containerd's cgroup library gives up metrics and OOM events for a container if any
# hierarchy of /proc/PID/cgroup has no mount here, and crun refuses a hybrid layout that leaves
# hugetlb to v2: mount every controller that has none, in this namespace only.
fix_hybrid() {
  [[ ! -e /sys/fs/cgroup/cgroup.controllers ]] || return 0
  local list dir
  # The folders to mount them on are made in a tmpfs of our own: that of the host is every namespace's.
  mkdir "$TMP/cgroup"
  mount -t tmpfs -o mode=755 tmpfs "$TMP/cgroup"
  for dir in /sys/fs/cgroup/*/; do
    mkdir "$TMP/cgroup/$(basename "$dir")"
    mount --rbind "$dir" "$TMP/cgroup/$(basename "$dir")"
  done
  mount --rbind "$TMP/cgroup" /sys/fs/cgroup
  for list in $(sed -n 's/^[0-9]*:\([a-z_,]\{1,\}\):.*/\1/p' /proc/self/cgroup) \
    $(awk '$4 == 1 {print $1}' /proc/cgroups); do
    grep -qE " - cgroup [^ ]+ ([^ ]*,)?$list(,|\$)" /proc/self/mountinfo && continue
    { mkdir -p "/sys/fs/cgroup/$list" && mount -t cgroup -o "$list" "$list" "/sys/fs/cgroup/$list"; } 2>/dev/null ||
      echo "# the controllers $list cannot be mounted: metrics and OOM events may fail" >&2
  done
}

# set_runtime PATH : sets RUNTIME to an absolute path.
set_runtime() {
  [[ $# -ge 1 ]] || die "usage: ${0##*/} RUNTIME [CASE...]"
  RUNTIME=$(command -v "$1") || die "no such runtime: $1"
  RUNTIME=$(realpath "$RUNTIME")
  RUNTIME_WASM=${MASU_RUNTIME_WASM:-$RUNTIME-wasm}
  PATH=${RUNTIME_WASM%/*}:$PATH # where the runtime finds it
}

# wasm_module FILE : a WebAssembly module in its text form, which prints a line and exits with 7.
wasm_module() {
  [[ -x $RUNTIME_WASM ]] || skip "no ${RUNTIME_WASM##*/} beside the runtime, nor MASU_RUNTIME_WASM"
  [[ -n ${MASU_WASM_ENGINE_PATH:-} ]] || skip "MASU_WASM_ENGINE_PATH names no engine"
  cat >"$1" <<'WAT'
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\10\00\00\00hello from wasm\n")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
    (call $exit (i32.const 7))))
WAT
}

# spawn NAME COMMAND... : a daemon in the background, its output in $TMP/NAME.log.
spawned=()
spawn() {
  local name=$1
  shift
  setsid "$@" >"$TMP/$name.log" 2>&1 </dev/null &
  spawned+=($!)
}

# ours PID : the process was started with a path below $TMP (its number may be another's by now).
ours() { grep -qsaF "$TMP" "/proc/$1/cmdline"; }

# Processes that were started under $TMP's name or still live in a root file system below it.
stragglers() {
  local own file pattern="[/]${TMP#/}" # does not match itself on grep's command line
  own=$(readlink /proc/self/ns/mnt)
  {
    grep -lsa "$pattern" /proc/[0-9]*/cmdline
    grep -ls "$pattern" /proc/[0-9]*/mountinfo | while read -r file; do
      [[ $(readlink "${file%/*}/ns/mnt") == "$own" ]] || echo "$file"
    done
  } | cut -d/ -f3 | sort -u | grep -vx "$$" || true
}

kill_stragglers() {
  local pid pids
  for _ in 1 2 3; do
    pids=$(stragglers)
    [[ -n $pids ]] || return 0
    for pid in $pids; do kill -KILL "$pid" 2>/dev/null || true; done
    sleep 0.3
  done
}

finish() {
  local status=$? pid mnt
  trap '' INT TERM
  set +e
  [[ -z ${case_pid:-} ]] || kill -KILL -- "-$case_pid"
  declare -F client_cleanup >/dev/null && client_cleanup >/dev/null 2>&1
  for pid in "${spawned[@]}"; do ! ours "$pid" || kill -TERM "$pid"; done
  for pid in "${spawned[@]}"; do ! ours "$pid" || timeout 15 tail --pid="$pid" -s 0.1 -f /dev/null; done
  kill_stragglers
  if [[ ${KEEP:-} == 1 ]]; then
    echo "# kept: $TMP" >&2
  else
    # The namespace's mounts go with it; those below $TMP must go first, to empty it.
    umount -l /run 2>/dev/null
    awk '{print $5}' /proc/self/mountinfo | grep "^$TMP" | tac | while read -r mnt; do umount -l "$mnt"; done
    cd / && rm -rf --one-file-system "$TMP" 2>/dev/null || [[ $(id -u) != 0 ]] || echo "# left: $TMP" >&2
  fi
  exit "$status"
}

# make_rootfs DIR : busybox (hard links: a masked applet must not mask all), an ordinary user `tester` (1000) and the usual folders.
make_rootfs() {
  local dir=$1 applet box
  box=$(command -v busybox)
  mkdir -p "$dir"/{bin,dev,etc,proc,root,sys,var,home/tester} && mkdir -m 1777 "$dir/tmp"
  cp "$box" "$dir/bin/busybox"
  for applet in $("$box" --list); do [[ $applet == busybox ]] || ln "$dir/bin/busybox" "$dir/bin/$applet"; done
  printf 'root:x:0:0:root:/root:/bin/sh\ntester:x:1000:1000::/home/tester:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >"$dir/etc/passwd"
  printf 'root:x:0:\ntester:x:1000:\nextra:x:2000:tester\nnogroup:x:65534:\n' >"$dir/etc/group"
  chmod 777 "$dir/home/tester"
}

# make_image TAR [NAME [CMD]] : the same as a one-layer docker archive; CMD is a JSON array.
make_image() {
  local work arch sum name=${2:-docker.io/library/bb:latest} cmd=${3:-'["sh"]'}
  work=$(mktemp -d "$TMP/image.XXXX")
  case $(uname -m) in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) arch=$(uname -m) ;; esac
  make_rootfs "$work/rootfs"
  tar -C "$work/rootfs" --owner=0 --group=0 --numeric-owner -cf "$work/layer.tar" .
  sum=$(sha256sum <"$work/layer.tar" | cut -d' ' -f1)
  cat >"$work/config.json" <<JSON
{"architecture":"$arch","os":"linux","created":"2020-01-01T00:00:00Z",
 "config":{"Env":["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":$cmd,"WorkingDir":"/"},
 "rootfs":{"type":"layers","diff_ids":["sha256:$sum"]},"history":[{"created":"2020-01-01T00:00:00Z"}]}
JSON
  echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"$name\"],\"Layers\":[\"layer.tar\"]}]" >"$work/manifest.json"
  tar -C "$work" -cf "$1" manifest.json config.json layer.tar
  rm -rf "$work"
}

# --- inside a case -----------------------------------------------------------------------

skip() { echo "$*" >"$TMP/skip"; exit 77; }
fail() { echo "$*"; exit 1; }
eq() { [[ $1 == "$2" ]] || fail "expected '$1', got '$2'"; }
has() { [[ $2 == *"$1"* ]] || fail "expected '...$1...', got '$2'"; }
# rc STATUS COMMAND... : the command ends with this status.
rc() {
  local want=$1 got=0
  shift
  "$@" || got=$?
  eq "$want" "$got"
}
# within SECONDS COMMAND... : the command succeeds in time.
within() {
  local end=$((SECONDS + $1 + 1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || fail "did not come true in time: $*"
    sleep 0.1
  done
}
# typed TEXT COMMAND : the command line under a terminal of 33x111, with the text typed into it.
typed() {
  { sleep 1.5; printf '%b' "$1"; sleep 1; } | script -qec "stty rows 33 cols 111; $2" /dev/null | tr -d '\r'
}
cap_hex() { sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status; }
# cap_has NUMBER : this script holds the capability.
cap_has() { (((0x$(cap_hex) >> $1) & 1)); }
# cap_all : it holds every capability of this kernel.
cap_all() { ((0x$(cap_hex) == (2 << $(</proc/sys/kernel/cap_last_cap)) - 1)); }

# ulimits : podman and buildah raise the limits of files and processes, which takes
# CAP_SYS_RESOURCE; without it, a default_ulimits list of what is left, and no more processes
# than pid_max, to which they lower themselves.
ulimits() {
  local files processes
  [[ $(id -u) == 0 ]] && ! cap_has 24 || return 0
  files=$(ulimit -Hn)
  processes=$(printf '%s\n' "$(ulimit -Hu)" "$(</proc/sys/kernel/pid_max)" | sort -n | head -1)
  echo "\"nofile=$files:$files\", \"nproc=$processes:$processes\""
}

is_v2() { [[ -e /sys/fs/cgroup/cgroup.controllers ]]; }
# cgroup_dir PID CONTROLLER : the cgroup folder of a process.
cgroup_dir() {
  local path
  if is_v2; then
    path=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$1/cgroup")
    [[ ${path##*/} != container ]] || path=${path%/*} # crun's own sub-group
  else
    path=/sys/fs/cgroup/$2$(grep -E "^[0-9]+:([^:]*,)?$2(,[^:]*)?:" "/proc/$1/cgroup" | cut -d: -f3-)
  fi
  echo "$path"
}
# cgroup_value PID CONTROLLER V1FILE V2FILE
cgroup_value() {
  local dir
  dir=$(cgroup_dir "$1" "$2")
  if is_v2; then cat "$dir/$4"; else cat "$dir/$3"; fi
}
# v1_v2 V1 V2 : the value to expect under this layout.
v1_v2() { if is_v2; then echo "$2"; else echo "$1"; fi; }
# write_seccomp FILE : allow all but mkdir and mkdirat, which fail with EDOM (33).
write_seccomp() {
  cat >"$1" <<'JSON'
{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
  {"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":33}]}
JSON
}

# --- the runner --------------------------------------------------------------------------

failed=0
client=$(basename "$SELF" .sh)
run_case() {
  local name=$1 status=0 pid start=$EPOCHREALTIME
  rm -f "$TMP/skip"
  set -m
  (set -euo pipefail; set +m; "case_$name") >"$TMP/case.log" 2>&1 </dev/null &
  pid=$!
  set +m
  case_pid=$pid
  timeout "$CASE_TIMEOUT" tail --pid="$pid" -s 0.05 -f /dev/null &
  wait $! || {
    echo "timed out after $CASE_TIMEOUT s" >>"$TMP/case.log"
    kill -KILL -- "-$pid" 2>/dev/null || true
  }
  wait "$pid" 2>/dev/null || status=$?
  case_pid=
  name=${name//_/-}
  [[ -z ${TIMES:-} ]] || echo "# $name: $(((${EPOCHREALTIME/./} - ${start/./}) / 1000)) ms" >&2
  case $status in
    0) echo "ok - $client $name" ;;
    77) echo "ok - $client $name # skip $(cat "$TMP/skip")" ;;
    *) echo "not ok - $client $name"; sed 's/^/# /' "$TMP/case.log"; failed=$((failed + 1)) ;;
  esac
}

# run_cases [NAME...] : all cases in the order of the script, or those named.
run_cases() {
  local names name
  # shellcheck disable=SC2154 # of the script
  [[ -z ${BENCH:-} ]] || { need hyperfine:hyperfine; hyperfine -w 2 -r "$BENCH" "$bench"; return; }
  names=$(sed -n 's/^case_\([a-z0-9_]*\)().*/\1/p' "$SELF")
  [[ $# == 0 ]] || names=${*//-/_}
  # shellcheck disable=SC2086 # words
  printf '1..%d\n' "$(set -- $names && echo $#)"
  for name in $names; do
    declare -F "case_$name" >/dev/null || die "no such case: $name"
    run_case "$name"
    ! declare -F after_case >/dev/null || after_case >>"$TMP/after.log" 2>&1 || true
  done
  ((failed == 0))
}
