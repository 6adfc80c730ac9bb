# SPDX-License-Identifier: Apache-2.0
#
# What the integration tests share. A test file loads this and has `setup() { make_bundle; }` and
# `teardown() { clean_up; }`: every test gets a bundle and a state directory of its own, and fails if anything
# of its containers is left when it ends.
#
#   T       the test's own temporary directory      BUNDLE  the bundle, $BUNDLE/rootfs its root
#   ROOT    the runtime's --root                    ID      the container's id; others start with it ($ID-2)

bats_require_minimum_version 1.7.0

PATIENCE=20 # seconds that one call of the runtime may take

# ---- the bundle ------------------------------------------------------------------------------------------------

make_bundle() {
  [[ $EUID == 0 || -n ${ROOTLESS:-} ]] || skip "needs root"
  T=$BATS_TEST_TMPDIR
  status='' output='' errors=''
  ROOT=$T/root
  BUNDLE=$T/bundle
  ID=it-$$-$RANDOM$RANDOM
  CALLS=0
  mkdir -p "$BUNDLE"
  chmod 755 "$T" "$BUNDLE" "${T%/*}"
  cp -a "$BUSYBOX_ROOT" "$BUNDLE/rootfs"
  cp "$SUPPORT/../integration/base-config.json" "$BUNDLE/config.json"
  cd "$BUNDLE" || return
}

# edit [JQ-OPTION…] FILTER : changes config.json.
edit() {
  jq "$@" "$BUNDLE/config.json" >"$BUNDLE/config.new" && mv "$BUNDLE/config.new" "$BUNDLE/config.json"
}

# program ARG… : the container's command line.
program() {
  jq '.process.args = $ARGS.positional' --args -- "$@" <"$BUNDLE/config.json" >"$BUNDLE/config.new" &&
    mv "$BUNDLE/config.new" "$BUNDLE/config.json"
}

# sh_program TEXT : the container runs TEXT in a shell.
sh_program() { program sh -c "$1"; }

# add_mount JSON : appends to mounts.
add_mount() { edit --argjson mount "$1" '.mounts += [$mount]'; }

# drop_namespace TYPE
drop_namespace() { edit --arg type "$1" 'del(.linux.namespaces[] | select(.type == $type))'; }

# join_namespace TYPE PATH : by path instead of a new one.
join_namespace() {
  edit --arg type "$1" --arg path "$2" \
    '.linux.namespaces = [.linux.namespaces[] | select(.type != $type)] + [{type: $type, path: $path}]'
}

# use_probe : puts the probe (tests/support/probe.c) into the container as /bin/probe.
use_probe() { cp "$PROBE" "$BUNDLE/rootfs/bin/probe"; }

# ---- the runtime -----------------------------------------------------------------------------------------------

# rt ARG… : runs the runtime; sets status, output (stdout) and errors (stderr). Stdin is $STDIN or /dev/null.
# Output goes through the files $OUT and $ERR, since a detached container would keep a pipe open.
rt() {
  CALLS=$((CALLS + 1))
  OUT=$T/out.$CALLS
  ERR=$T/err.$CALLS
  status=0
  timeout -k 5 "$PATIENCE" "$MASU_RUNTIME" --root "$ROOT" "$@" <"${STDIN:-/dev/null}" >"$OUT" 2>"$ERR" 3>&- 4>&- || status=$?
  output=$(tr -d '\0' <"$OUT")
  errors=$(tr -d '\0' <"$ERR")
}

# ok ARG… : the call succeeds, and stderr stays empty.
ok() {
  rt "$@"
  [[ $status == 0 && -z $errors ]] || { report "$@"; return 1; }
}

# exits CODE ARG… : the call ends with CODE.
exits() {
  local code=$1
  shift
  rt "$@"
  [[ $status == "$code" ]] || { report "$@"; echo "expected status $code" >&2; return 1; }
}

# refused ARG… : the runtime itself fails: 1, for exec 255 (as runc does), with something on stderr.
refused() {
  local code=1
  [[ $1 != exec ]] || code=255
  exits "$code" "$@" || return
  [[ -n $errors ]] || { report "$@"; echo "expected a message on stderr" >&2; return 1; }
}

# says TEXT… : the last call's stderr contains each TEXT (a log line's quotes may be escaped).
says() {
  local text
  for text; do
    [[ ${errors//\\/} == *"$text"* ]] || { echo "expected on stderr: $text" >&2; report "(last call)"; return 1; }
  done
}

# is EXPECTED [ACTUAL] : ACTUAL (the last call's output) is EXPECTED.
is() {
  local actual=${2-$output}
  [[ $actual == "$1" ]] || { printf 'expected: %s\nactual:   %s\nstderr:   %s\n' "${1:0:2000}" "${actual:0:2000}" "${errors:0:2000}" >&2; return 1; }
}

# has TEXT… : the last call's output contains each TEXT.
has() {
  local text
  for text; do
    [[ $output == *"$text"* ]] || { echo "expected in the output: $text" >&2; report "(last call)"; return 1; }
  done
}

report() {
  printf 'call:   %s\nstatus: %s\nstdout: %s\nstderr: %s\n' "$*" "$status" "${output:0:2000}" "${errors:0:2000}" >&2
}

# ends_with CODE PID : the background job ends with CODE.
ends_with() {
  local code=0
  wait "$2" || code=$?
  [[ $code == "$1" ]] || { echo "the job ended with $code, expected $1" >&2; return 1; }
}

# in_container TEXT : runs TEXT in the container's shell, in the foreground, and succeeds.
in_container() {
  sh_program "$1"
  ok run -b "$BUNDLE" "$ID"
}

# create_container [ARG…], start_container [ARG…] : a created, a running one; its output goes to $CONTAINER_OUT.
create_container() {
  ok create -b "$BUNDLE" "$@" "$ID" || return
  # shellcheck disable=SC2034 # the tests read it
  CONTAINER_OUT=$OUT
}
start_container() {
  create_container "$@" || return
  ok start "$ID"
}
# sleeper : a container that runs until it is killed; ends at once on TERM.
sleeper() {
  program sh -c 'trap "exit 0" TERM; while :; do sleep 1000 & wait $!; done'
  start_container "$@"
}

status_of() { "$MASU_RUNTIME" --root "$ROOT" state "$1" | jq -r .status; }
pid_of() { "$MASU_RUNTIME" --root "$ROOT" state "$1" | jq -r .pid; }
has_status() { [[ $(status_of "$1" 2>/dev/null) == "$2" ]]; }

# wait_until COMMAND… : retries for 10 s.
wait_until() {
  local end=$((SECONDS + 10))
  until "$@"; do
    ((SECONDS < end)) || { echo "in vain: $*" >&2; return 1; }
    sleep 0.02
  done
}
gone() { [[ ! -e /proc/$1 ]] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
wait_for_stop() { wait_until has_status "${1:-$ID}" stopped; }
process_count() { [[ $("$MASU_RUNTIME" --root "$ROOT" ps -f json "$1" | jq length) -ge $2 ]]; } # process_count ID MINIMUM
has_line() { grep -qF -- "$1" "$2"; } # has_line TEXT FILE

# ---- cgroups, on every layout ----------------------------------------------------------------------------------

unified() { [[ -e /sys/fs/cgroup/cgroup.controllers ]]; }

# cgroup_dir CONTROLLER : the directory of the container's cgroup.
cgroup_dir() {
  local path pid
  pid=$(pid_of "$ID")
  if unified; then
    path=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
    echo "/sys/fs/cgroup$path"
  else
    path=$(sed -nE "s/^[0-9]+:([^:]*,)?$1(,[^:]*)?://p" "/proc/$pid/cgroup")
    echo "/sys/fs/cgroup/$1$path"
  fi
}

# limit_is CONTROLLER V1-FILE V1-VALUE V2-FILE V2-VALUE
limit_is() {
  if unified; then is "$5" "$(cat "$(cgroup_dir "$1")/$4")"; else is "$3" "$(cat "$(cgroup_dir "$1")/$2")"; fi
}
need_controller() {
  if unified; then grep -qw "$1" /sys/fs/cgroup/cgroup.controllers; else [[ -d /sys/fs/cgroup/$1 ]]; fi || skip "the controller $1 is not here"
}

# ---- nothing left ----------------------------------------------------------------------------------------------

cgroups_of() { find /sys/fs/cgroup -type d -name "*$1*" 2>/dev/null; }

# Processes in a cgroup of the id, with the bundle in their mount table (half-made ones too) or the id in their
# command line; not those of this mount namespace, whose table shows our own mounts.
processes_of() {
  local own file pid
  own=$(readlink /proc/self/ns/mnt)
  local named=(/proc/[0-9]*/cgroup /proc/[0-9]*/cmdline) mounted=(/proc/[0-9]*/mountinfo)
  for file in $(printf '%s\n' "$1" | grep -lsF --file=- "${named[@]}") \
    $(printf '%s/\n' "$T" | grep -lsF --file=- "${mounted[@]}"); do
    pid=${file#/proc/} pid=${pid%%/*}
    [[ $pid != "$$" && $pid != "$BASHPID" ]] || continue
    [[ $file != */mountinfo || $(readlink "/proc/$pid/ns/mnt") != "$own" ]] || continue
    [[ ! -d /proc/$pid ]] || gone "$pid" || echo "$pid"
  done | sort -u
}
no_processes_of() { [[ -z $(processes_of "$1") ]]; }

# assert_nothing_left ID : no process, cgroup, mount or state of the container (or of one whose id starts with ID).
assert_nothing_left() {
  local left bad=0
  wait_until no_processes_of "$1" 2>/dev/null ||
    { echo "processes left: $(for left in $(processes_of "$1"); do echo "$left $(tr '\0' ' ' <"/proc/$left/cmdline")"; done)" >&2; bad=1; }
  left=$(cgroups_of "$1" || true)
  [[ -z $left ]] || { echo "cgroups left: $left" >&2; bad=1; }
  left=$(grep -F " $T/" /proc/self/mountinfo || true)
  [[ -z $left ]] || { echo "mounts left: $left" >&2; bad=1; }
  left=$(find "$ROOT" -mindepth 1 -name "*$1*" 2>/dev/null || true)
  [[ -z $left ]] || { echo "files left: $left" >&2; bad=1; }
  return $bad
}

# clean_up : deletes the test's containers and checks that nothing is left; a rest is swept, so that it fails one test.
clean_up() {
  local state bad=0
  [[ -n ${ID:-} ]] || return 0
  cd / || return
  for state in "$ROOT"/"$ID"*; do
    [[ -d $state ]] || continue
    rt delete --force "${state##*/}"
    [[ $status == 0 ]] || { report "delete --force ${state##*/}"; bad=1; }
  done
  assert_nothing_left "$ID" || { sweep; bad=1; }
  return $bad
}

sweep() {
  local pid dir
  for pid in $(processes_of "$ID"); do kill -KILL "$pid"; done
  sleep 0.1
  cgroups_of "$ID" | sort -r | while read -r dir; do rmdir "$dir"; done
  awk -v t="$T/" 'index($5, t) == 1 {print $5}' /proc/self/mountinfo | sort -r | while read -r dir; do umount -l "$dir"; done
  rm -rf "$ROOT"
}
