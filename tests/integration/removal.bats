#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# delete --force of containers that do not go easily: nested and frozen cgroups, processes that fork while they are
# killed, a process in the kernel that no signal reaches.

# shellcheck disable=SC2154,SC2034 # status, output and errors are set by helpers.bash, which reads PATIENCE
load helpers
setup() { make_bundle; }
teardown() {
  thaw_everything
  clean_up
}

unified() { [[ -e /sys/fs/cgroup/cgroup.controllers ]]; }

# cgroup_of PID : the directory of its cgroup: v2's, or that of the v1 freezer.
cgroup_of() {
  if unified; then
    echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$1/cgroup")"
  else
    echo "/sys/fs/cgroup/freezer$(sed -nE 's/^[0-9]+:freezer://p' "/proc/$1/cgroup")"
  fi
}

# freeze DIRECTORY
freeze() {
  if unified; then
    echo 1 >"$1/cgroup.freeze"
    wait_until grep -q 'frozen 1' "$1/cgroup.events"
  else
    echo FROZEN >"$1/freezer.state"
    wait_until grep -q FROZEN "$1/freezer.state"
  fi
}

# What a failed test has left frozen would keep the sweep from ending.
thaw_everything() {
  local file
  cgroups_of "${ID:-none}" | while read -r file; do
    [[ ! -e $file/freezer.state ]] || echo THAWED >"$file/freezer.state"
    [[ ! -e $file/cgroup.freeze ]] || echo 0 >"$file/cgroup.freeze"
  done
  [[ ! -e $T/frozen ]] || { fsfreeze --unfreeze "$T/frozen" || true; }
  ! mountpoint -q "$T/frozen" || umount -l "$T/frozen"
}

# populate DIRECTORY : a process of the container in a cgroup of its own, below others that are empty.
populate() {
  mkdir -p "$1/a/b/c" "$1/a/d"
  ok exec -d --pid-file "$T/nested" "$ID" sleep 1000
  cat "$T/nested" >"$1/a/b/c/cgroup.procs"
}

@test "nested cgroups with processes in them" {
  sleeper
  populate "$(cgroup_of "$(pid_of "$ID")")"
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "a frozen container" {
  sleeper
  freeze "$(cgroup_of "$(pid_of "$ID")")"
  [[ $(status_of "$ID") == paused ]]
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "a frozen cgroup inside of the container" {
  sleeper
  local dir
  dir=$(cgroup_of "$(pid_of "$ID")")
  populate "$dir"
  freeze "$dir/a"
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "kill KILL reaches a frozen container" {
  sleeper
  freeze "$(cgroup_of "$(pid_of "$ID")")"
  ok kill "$ID" KILL
  wait_for_stop
  ok delete "$ID"
}

@test "a container that forks as fast as it can, against its limit" {
  use_probe
  edit '.linux.resources.pids = {limit: 100}'
  program probe forks
  start_container
  wait_until process_count "$ID" 100
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "a container that forks as fast as it can, in the host's pid namespace" {
  drop_namespace pid
  use_probe
  edit '.linux.resources.pids = {limit: 100}'
  program probe forks
  start_container
  wait_until process_count "$ID" 100
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "v1 alone: a container that forks as fast as it can, in the host's pid namespace" {
  ! unified || skip "v1 hierarchies only"
  cat >"$T/without-v2" <<'EOT'
#!/bin/sh
exec unshare --mount sh -c 'umount /sys/fs/cgroup/unified && exec "$0" "$@"' "$REAL_RUNTIME" "$@"
EOT
  chmod +x "$T/without-v2"
  use_probe
  drop_namespace pid
  edit '.linux.resources.pids = {limit: 100}'
  program probe forks
  export REAL_RUNTIME=$MASU_RUNTIME
  MASU_RUNTIME=$T/without-v2
  start_container
  MASU_RUNTIME=$REAL_RUNTIME
  wait_until process_count "$ID" 100
  is "" "$(find /sys/fs/cgroup/unified -name "$ID")"
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "a process that no signal reaches: an error that names it, in time, and delete works afterwards" {
  type -P fsfreeze mkfs.ext4 losetup >/dev/null || skip "needs fsfreeze, mkfs.ext4 and losetup"
  mkdir "$T/frozen"
  truncate -s 16M "$T/image"
  mkfs.ext4 -q -O ^has_journal "$T/image"
  mount -o loop "$T/image" "$T/frozen" || skip "there is no loop device"
  add_mount "{\"destination\": \"/frozen\", \"type\": \"bind\", \"source\": \"$T/frozen\", \"options\": [\"bind\", \"rw\"]}"
  sh_program 'while :; do echo x >/frozen/file; done' # a writer waits for the thaw, uninterruptibly
  start_container
  local pid
  pid=$(pid_of "$ID")
  wait_until test -s "$T/frozen/file"
  fsfreeze --freeze "$T/frozen"
  wait_until grep -q '^State:.D' "/proc/$pid/status"
  PATIENCE=60
  local begin=$SECONDS
  refused delete --force "$ID"
  ((SECONDS - begin < 40))
  says "$pid" "after SIGKILL" "hint:" "state D"
  [[ $(status_of "$ID") == running ]]
  fsfreeze --unfreeze "$T/frozen"
  wait_until gone "$pid"
  ok delete --force "$ID"
  umount "$T/frozen"
  assert_nothing_left "$ID"
}
