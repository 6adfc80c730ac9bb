#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# An ordinary user in a systemd session that delegates cpu, cpuset, io, memory and pids, on cgroup v2.

# shellcheck disable=SC2154,SC2034 # status, output and errors are set by helpers.bash, which reads ROOTLESS
load ../integration/helpers
setup() {
  [[ $EUID != 0 ]] || skip "needs an ordinary user"
  ROOTLESS=1
  make_bundle
  rm config.json
  ok spec --rootless
  edit '.process.terminal = false'
}
teardown() { clean_up; }

own_cgroup() { echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$1/cgroup")"; }
container() { dirname "$(own_cgroup $$)" | sed "s,\$,/$ID,"; }

@test "a container is beside the caller's cgroup, with the limits that it asks for" {
  edit '.linux.resources = {memory: {limit: 33554432, swap: 33554432}, cpu: {shares: 512, quota: 20000, period: 50000, cpus: "0"}, pids: {limit: 50}}'
  sleeper
  is "$(container)" "$(own_cgroup "$(pid_of "$ID")")"
  is "33554432 59 20000 50000 0 50 " "$(cd "$(container)" && cat memory.max cpu.weight cpu.max cpuset.cpus pids.max | tr '\n' ' ')"
  ok exec -d --pid-file "$T/pid" "$ID" sleep 1000
  is "$(container)" "$(own_cgroup "$(cat "$T/pid")")"
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "limits hold: memory" {
  use_probe
  edit '.linux.resources.memory = {limit: 33554432}'
  program probe eat 200
  exits 137 run -b "$BUNDLE" "$ID"
}

@test "limits hold: processes" {
  edit '.linux.resources.pids = {limit: 5}'
  sleeper
  rt exec "$ID" sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 10 & done; wait'
  [[ $errors == *"an't fork"* ]]
}

@test "a cgroupsPath inside of the delegated subtree is taken" {
  local parent
  parent=$(dirname "$(own_cgroup $$)")/$ID-parent
  edit --arg path "${parent#/sys/fs/cgroup}/$ID" '.linux.cgroupsPath = $path | .linux.resources.pids.limit = 50'
  sleeper
  is "$parent/$ID" "$(own_cgroup "$(pid_of "$ID")")"
  is 50 "$(cat "$parent/$ID/pids.max")"
  ok delete --force "$ID"
  rmdir "$parent"
}

@test "a cgroupsPath outside of it is refused, and nothing is left" {
  edit --arg path "/system.slice/$ID" '.linux.cgroupsPath = $path'
  program true
  refused run -b "$BUNDLE" "$ID"
  says /system.slice EACCES "hint:" Delegate=yes
  assert_nothing_left "$ID"
}

@test "a controller that is not delegated is refused with the cgroup that keeps it" {
  edit '.linux.resources.unified = {"hugetlb.2MB.max": "0"}'
  program true
  refused run -b "$BUNDLE" "$ID"
  says hugetlb "is not this user's, and gives its children" "linux.resources.unified" "Delegate="
  assert_nothing_left "$ID"
}

@test "what the hint says: a scope of the user's own systemd" {
  edit '.linux.resources.pids = {limit: 20}'
  program sh -c 'cat /proc/self/cgroup'
  systemd-run --user --scope -q -p Delegate=yes "$MASU_RUNTIME" --root "$ROOT" run "$ID" >"$T/out" 2>"$T/err" </dev/null 3>&- 4>&- ||
    { cat "$T/err" >&2; return 1; }
  is "" "$(cat "$T/err")"
  assert_nothing_left "$ID"
}

@test "freezing, nesting, forking: deleted all the same" {
  use_probe
  edit '.linux.resources.pids = {limit: 100}'
  program probe forks
  start_container
  wait_until process_count "$ID" 50
  ok delete --force "$ID"
  sleeper
  mkdir -p "$(container)/a/b"
  echo 1 >"$(container)/cgroup.freeze"
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "without a pid namespace kill reaches all processes" {
  drop_namespace pid
  edit '.mounts = [.mounts[] | select(.destination != "/proc")]'
  sleeper
  ok exec -d --pid-file "$T/pid" "$ID" sleep 1000
  ok kill "$ID" KILL
  wait_until gone "$(cat "$T/pid")"
  wait_for_stop
}
