#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What is special to a machine of cgroup v2 alone, as root.

# shellcheck disable=SC2154,SC2034 # status, output and errors are set by helpers.bash, which reads ROOTLESS
load ../integration/helpers
setup() {
  [[ -e /sys/fs/cgroup/cgroup.controllers ]] || skip "needs cgroup v2 on /sys/fs/cgroup"
  make_bundle
}
teardown() {
  [[ -z ${STRANGER:-} ]] || kill -KILL "$STRANGER"
  [[ ! -d ${PARENT:-} ]] || empty_parent
  clean_up
}

# make_parent : PARENT, a cgroup for the container to be made in: $ID-parent/$ID.
make_parent() {
  PARENT=/sys/fs/cgroup/$ID-parent
  mkdir "$PARENT"
  edit --arg path "/$ID-parent/$ID" '.linux.cgroupsPath = $path'
}
empty_parent() {
  [[ ! -e $ROOT/$ID ]] || rt delete --force "$ID"
  find "$PARENT" -depth -type d -exec rmdir {} +
}

# stranger : a process of another's in PARENT.
stranger() {
  sleep 1000 3>&- 4>&- &
  STRANGER=$!
  echo $STRANGER >"$PARENT/cgroup.procs"
}

cgroup_of() { echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$1/cgroup")"; }
add_cgroup_mount() { add_mount "{\"destination\": \"/sys/fs/cgroup\", \"type\": \"cgroup\", \"source\": \"cgroup\", \"options\": [\"$1\"]}"; }

# traced ARG… : the runtime's calls that make processes and write to cgroup.procs, in $T/trace.
traced() {
  strace -q -e trace=clone3,clone,fork,vfork,openat -o "$T/trace" "$MASU_RUNTIME" --root "$ROOT" "$@" \
    </dev/null >"$T/out" 2>"$T/err" 3>&- 4>&-
}

nothing_moved() { ! grep 'cgroup.procs".*O_\(WRONLY\|RDWR\)' "$T/trace" >&2; }

@test "create and exec are born in the container's cgroup, and nothing is moved" {
  program sleep 1000
  traced create -b "$BUNDLE" "$ID"
  grep -q 'clone3(.*CLONE_INTO_CGROUP' "$T/trace"
  nothing_moved
  ok start "$ID"
  traced exec "$ID" true
  grep -q 'clone3(.*CLONE_INTO_CGROUP' "$T/trace"
  nothing_moved
}

@test "controllers are enabled on the way down" {
  make_parent
  edit --arg path "/$ID-parent/a/b/$ID" '.linux.cgroupsPath = $path'
  edit '.linux.resources = {memory: {limit: 33554432}, cpu: {shares: 512, quota: 20000, period: 50000, cpus: "0", mems: "0"}, pids: {limit: 50}}'
  sleeper
  local dir=$PARENT/a/b/$ID
  is "$dir" "$(cgroup_of "$(pid_of "$ID")")"
  is "33554432 59 20000 50000 0 50 " \
    "$(cd "$dir" && cat memory.max cpu.weight cpu.max cpuset.cpus pids.max | tr '\n' ' ')"
}

@test "without cgroupsPath the container is beside the caller" {
  sleeper
  is "$(dirname "$(cgroup_of $$)")/$ID" "$(cgroup_of "$(pid_of "$ID")")"
}

@test "inside of a cgroup namespace the container's cgroup is the root, and its limits are to be seen" {
  edit '.linux.resources.memory = {limit: 33554432}'
  add_cgroup_mount ro
  in_container 'cat /proc/self/cgroup /sys/fs/cgroup/memory.max; mkdir /sys/fs/cgroup/x 2>&1; true'
  has 0::/ 33554432 "Read-only file system"
}

@test "without a cgroup namespace the mount shows the container's cgroup alone" {
  drop_namespace cgroup
  edit '.linux.resources.memory = {limit: 33554432}'
  add_cgroup_mount ro
  in_container 'cat /sys/fs/cgroup/memory.max; ls -d /sys/fs/cgroup/*.slice 2>/dev/null | wc -l'
  is $'33554432\n0'
}

@test "a manager of services inside: exec is where init is now, ps and delete reach both" {
  add_cgroup_mount rw
  edit '.linux.resources.memory = {limit: 67108864}'
  sh_program 'cd /sys/fs/cgroup && mkdir init && echo $$ >init/cgroup.procs && echo +memory >cgroup.subtree_control && touch /ready; sleep 1000'
  start_container
  wait_until test -e rootfs/ready
  ok exec "$ID" cat /proc/self/cgroup
  is 0::/init
  ok exec -d --pid-file "$T/pid" "$ID" sleep 1000
  is "$(cgroup_of "$(pid_of "$ID")")" "$(cgroup_of "$(cat "$T/pid")")"
  wait_until process_count "$ID" 2
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "the same in a user namespace" {
  add_cgroup_mount rw
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  chown -R 100000:100000 rootfs
  sleeper
  local dir pid pids
  dir=$(cgroup_of "$(pid_of "$ID")")
  mkdir "$dir/init"
  mapfile -t pids <"$dir/cgroup.procs"
  for pid in "${pids[@]}"; do echo "$pid" >"$dir/init/cgroup.procs"; done
  echo +memory >"$dir/cgroup.subtree_control"
  ok exec "$ID" cat /proc/self/cgroup
  is 0::/init
}

@test "a writable cgroup mount in a user namespace: the cgroup is the container's, its limits are not" {
  add_cgroup_mount rw
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings |
    .linux.resources.memory = {limit: 67108864}'
  chown -R 100000:100000 rootfs
  sh_program 'cd /sys/fs/cgroup && mkdir own && echo $$ >own/cgroup.procs && echo +memory >cgroup.subtree_control && cat /proc/self/cgroup
    stat -c "%u %n" . cgroup.procs cgroup.subtree_control cgroup.threads memory.max
    echo max >memory.max || echo refused'
  rt run -b "$BUNDLE" "$ID"
  is 0 "$status"
  is $'0::/own\n0 .\n0 cgroup.procs\n0 cgroup.subtree_control\n0 cgroup.threads\n65534 memory.max\nrefused' "$output"
  assert_nothing_left "$ID"
}

@test "a cgroup mount that is read-only, or of the caller's cgroup namespace: the cgroup stays the caller's" {
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  chown -R 100000:100000 rootfs
  add_cgroup_mount ro
  sleeper
  is 0 "$(stat -c %u "$(cgroup_of "$(pid_of "$ID")")")"
  ok delete --force "$ID"
  edit '.mounts[-1].options = ["rw"]'
  drop_namespace cgroup
  sleeper
  is 0 "$(stat -c %u "$(cgroup_of "$(pid_of "$ID")")")"
}

@test "a parent with processes gives no controllers: the limit is refused with the reason" {
  make_parent
  stranger
  edit '.linux.resources.pids = {limit: 50}'
  program sleep 1000
  refused create -b "$BUNDLE" "$ID"
  says pids "$ID-parent" "holds 1 process(es) of its own" "linux.resources.pids.limit" "hint:"
  assert_nothing_left "$ID/"
  [[ ! -e $PARENT/$ID && ! -e $ROOT/$ID ]]
  kill -0 "$STRANGER"
  edit 'del(.linux.resources)'
  ok create -b "$BUNDLE" "$ID"
  is "$PARENT/$ID" "$(cgroup_of "$(pid_of "$ID")")"
}

@test "a cgroup that gives controllers to its children takes no container" {
  make_parent
  mkdir -p "$PARENT/$ID/child"
  echo +memory >"$PARENT/cgroup.subtree_control"
  echo +memory >"$PARENT/$ID/cgroup.subtree_control"
  program sleep 1000
  refused create -b "$BUNDLE" "$ID"
  says "$ID-parent/$ID" EBUSY "gives controllers to its children (memory)" "linux.cgroupsPath"
}

@test "below a threaded cgroup no container can be, and it says so" {
  make_parent
  mkdir "$PARENT/threads"
  echo threaded >"$PARENT/threads/cgroup.type"
  edit --arg path "/$ID-parent/threads/$ID" '.linux.cgroupsPath = $path'
  program sleep 1000
  refused create -b "$BUNDLE" "$ID"
  says "threaded" "linux.cgroupsPath" "hint:"
  [[ ! -e $PARENT/threads/$ID && ! -e $ROOT/$ID ]]
}

@test "a create that memory's limit ends names the cgroup whose limit it was" {
  make_parent
  echo +memory >/sys/fs/cgroup/cgroup.subtree_control
  echo 8192 >"$PARENT/memory.max"
  program sleep 1000
  refused create -b "$BUNDLE" "$ID"
  says OOM-killed "$ID-parent"
  echo max >"$PARENT/memory.max"
  edit '.linux.resources.memory = {limit: 8192}'
  refused create -b "$BUNDLE" "$ID"
  says memory linux.resources.memory.limit
  [[ $errors != *"OOM-killed"*"$ID-parent'"* ]]
}

@test "a file that the kernel does not have, a value that it refuses" {
  program true
  edit '.linux.resources.unified = {"memory.nosuch": "1"}'
  refused run -b "$BUNDLE" "$ID"
  says memory.nosuch linux.resources.unified
  edit '.linux.resources.unified = {"memory.high": "much"}'
  refused run -b "$BUNDLE" "$ID"
  says "'much'" memory.high linux.resources.unified
  assert_nothing_left "$ID"
}

@test "a read-only cgroup file system" {
  program true
  unshare -m sh -ec 'mount --make-rprivate /; mount -o remount,bind,ro /sys/fs/cgroup; exec "$@"' sh \
    "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$ID" 2>"$T/err" && return 1
  errors=$(<"$T/err")
  says "EROFS" "hint:"
  assert_nothing_left "$ID"
}

@test "an ordinary user without delegation: no limits, no cgroup; limits are refused with the way to get them" {
  ROOTLESS=1
  chown -R user:user "$T"
  chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/*
  rm config.json
  as_user spec --rootless
  edit '.process.terminal = false'
  program true
  as_user run "$ID"
  is 0 "$status"
  add_mount '{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "ro"]}'
  sh_program 'cat /sys/fs/cgroup/cgroup.controllers >/dev/null && echo seen'
  as_user run "$ID"
  is seen
  drop_namespace cgroup
  as_user run "$ID"
  is seen
  edit '.mounts |= map(select(.type != "cgroup")) | .linux.resources = {pids: {limit: 20}}'
  as_user run "$ID"
  [[ $status == 1 ]]
  says "rootless needs no limits" EACCES "linux.resources" "Delegate=yes"
  edit '.linux.cgroupsPath = "/x/'"$ID"'" | del(.linux.resources)'
  as_user run "$ID"
  [[ $status == 1 ]]
  says EACCES "hint:"
  assert_nothing_left "$ID"
}
as_user() {
  status=0
  output=$(setpriv --reuid user --regid user --init-groups "$MASU_RUNTIME" --root "$ROOT" "$@" 2>"$T/errors" </dev/null 3>&- 4>&-) || status=$?
  errors=$(<"$T/errors")
}

@test "a service with Delegate=yes: the container is in its own cgroup; a limit there needs the process aside" {
  ROOTLESS=1
  chown -R user:user "$T"
  rm config.json
  as_user spec --rootless
  edit '.process.terminal = false'
  program true
  in_service run "$ID"
  is 0 "$status"
  edit '.linux.resources = {pids: {limit: 20}}'
  in_service run "$ID"
  [[ $status == 1 ]]
  says "pids" "process(es) of its own" "hint:"
  assert_nothing_left "$ID"
}
in_service() {
  status=0
  systemd-run -q --uid=user --pipe --wait -p Delegate=yes -p WorkingDirectory="$BUNDLE" "$MASU_RUNTIME" --root "$ROOT" "$@" \
    2>"$T/errors" </dev/null 3>&- 4>&- || status=$?
  errors=$(<"$T/errors")
}

# follow ARG… : `events` into $T/events, as JOB.
follow() {
  "$MASU_RUNTIME" --root "$ROOT" events "$@" "$ID" </dev/null >"$T/events" 2>"$T/events.errors" 3>&- 4>&- &
  JOB=$!
}

@test "events: an OOM kill names the cgroup whose limit was hit, the container's own or one above it" {
  local limited
  use_probe
  make_parent
  echo "+memory" >"$PARENT/cgroup.subtree_control"
  sleeper
  for limited in "$PARENT/$ID" "$PARENT"; do
    echo 33554432 >"$limited/memory.max"
    follow --interval 1h
    sleep 2
    exits 137 exec "$ID" probe eat 200
    wait_until has_line oom "$T/events"
    is "$limited" "$(jq -r .cause "$T/events")"
    kill -KILL "$JOB"
    echo max >"$limited/memory.max"
  done
}
