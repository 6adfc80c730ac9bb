#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Containers as units of an ordinary user's own systemd.

# status, output and errors are set by helpers.bash, which reads ROOTLESS; each test is a subshell
# shellcheck disable=SC2154,SC2034,SC2030,SC2031
load ../integration/helpers
setup() {
  [[ $EUID != 0 ]] || skip "needs an ordinary user"
  ROOTLESS=1
  PATIENCE=60
  make_bundle
  rm config.json
  ok spec --rootless
  unit=masu-$ID.scope
  dir=/sys/fs/cgroup$(manager)/app.slice/$unit
  edit '.process.terminal = false | .process.args = ["sleep", "1000"]'
}
teardown() {
  clean_up
  [[ -z ${unit:-} ]] || is "" "$(systemctl --user list-units --all --plain --no-legend "*$ID*")"
}

start_unit() { ok --systemd-cgroup create -b "$BUNDLE" "$ID" && ok start "$ID"; }
property() { systemctl --user show --value -p "$1" "$unit"; }
unit_has() {
  local names
  names=$(printf '%s,' "${@%%=*}")
  is "$(printf '%s\n' "$@" | sort)" "$(systemctl --user show -p "${names%,}" "$unit" | sort)"
}
files() { (cd "$dir" && cat "$@") | tr '\n' ' '; }
own_cgroup() { sed -n 's/^0:://p' "/proc/$1/cgroup"; }
manager() { systemctl --user show --value -p ControlGroup; }

@test "a scope in user.slice of the user's systemd; exec joins it" {
  start_unit
  is "$(manager)/user.slice/$unit" "$(property ControlGroup)"
  is "$(property ControlGroup)" "$(own_cgroup "$(pid_of "$ID")")"
  ok exec -d --pid-file "$T/pid" "$ID" sleep 1000
  is "$(property ControlGroup)" "$(own_cgroup "$(cat "$T/pid")")"
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "limits are properties and files" {
  edit '.linux.cgroupsPath = "app.slice:masu:" + $id | .linux.resources = {memory: {limit: 67108864}, cpu: {shares: 512, quota: 20000, period: 100000},
    pids: {limit: 50}} | .annotations = {"org.systemd.property.TimeoutStopSec": "7"}' --arg id "$ID"
  start_unit
  is "$(manager)/app.slice/$unit" "$(property ControlGroup)"
  unit_has MemoryMax=67108864 TasksMax=50 TimeoutStopUSec=7s
  is "67108864 59 20000 100000 50 " "$(files memory.max cpu.weight cpu.max pids.max)"
  ok update --memory 134217728 "$ID"
  unit_has MemoryMax=134217728
  is "134217728 " "$(files memory.max)"
}

@test "run in the foreground, pause, kill" {
  edit '.process.args = ["sh", "-c", "exit 3"]'
  exits 3 --systemd-cgroup run -b "$BUNDLE" "$ID"
  edit '.process.args = ["sleep", "1000"]'
  start_unit
  ok pause "$ID"
  has_status "$ID" paused
  ok resume "$ID"
  ok kill "$ID" KILL
  wait_for_stop
  ok delete "$ID"
}

@test "a user without a systemd is told what is missing" {
  export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent XDG_RUNTIME_DIR=$T
  refused --systemd-cgroup create -b "$BUNDLE" "$ID"
  says "reach the user's systemd" XDG_RUNTIME_DIR "loginctl enable-linger"
  unset DBUS_SESSION_BUS_ADDRESS
  export XDG_RUNTIME_DIR=/run/user/$EUID
}
