#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Containers as units of systemd, as root: --systemd-cgroup at create alone, as the clients do it.

# status, output and errors are set by helpers.bash, which reads PATIENCE; each test is a subshell
# shellcheck disable=SC2154,SC2034,SC2030,SC2031
load ../integration/helpers
setup() {
  [[ -d /run/systemd/system ]] || skip "needs systemd"
  PATIENCE=60
  make_bundle
  unit=masu-$ID.scope
  dir=/sys/fs/cgroup/machine.slice/$unit
  edit --arg path "machine.slice:masu:$ID" '.linux.cgroupsPath = $path'
  program sleep 1000
}
teardown() {
  clean_up
  [[ -z ${unit:-} ]] || is "" "$(systemctl list-units --all --plain --no-legend "*$ID*")"
}

# create_unit : a created container of systemd's.
create_unit() { ok --systemd-cgroup create -b "$BUNDLE" "$ID"; }
# start_unit : a running one.
start_unit() { create_unit && ok start "$ID"; }
# property NAME [UNIT]
property() { systemctl show --value -p "$1" "${2:-$unit}"; }
# unit_has NAME=VALUE… : properties, in one call.
unit_has() {
  local names
  names=$(printf '%s,' "${@%%=*}")
  is "$(printf '%s\n' "$@" | sort)" "$(systemctl show -p "${names%,}" "$unit" | sort)"
}
# files NAME… : the contents of files of the unit's cgroup, in one line.
files() { (cd "$dir" && cat "$@") | tr '\n' ' '; }
own_cgroup() { sed -n 's/^0:://p' "/proc/$1/cgroup"; }

@test "a scope of its own, with the process in it, delegated" {
  create_unit
  unit_has ActiveState=active "ControlGroup=/machine.slice/$unit" Slice=machine.slice Delegate=yes \
    DefaultDependencies=no TasksAccounting=yes
  is "/machine.slice/$unit" "$(own_cgroup "$(pid_of "$ID")")"
  ok start "$ID"
  ok exec "$ID" cat /proc/self/cgroup
  is 0::/
  ok exec -d --pid-file "$T/pid" "$ID" sleep 1000
  is "/machine.slice/$unit" "$(own_cgroup "$(cat "$T/pid")")"
  ok kill "$ID" KILL
  wait_for_stop
  ok delete "$ID"
  unit_has LoadState=not-found
}

# goes_to PATH CGROUPSPATH : a container with that cgroupsPath is in the cgroup PATH.
goes_to() {
  edit --arg path "$2" 'if $path == "" then del(.linux.cgroupsPath) else .linux.cgroupsPath = $path end'
  create_unit
  is "$1" "$(own_cgroup "$(pid_of "$ID")")"
  ok delete --force "$ID"
}

@test "where the scope goes" {
  goes_to "/system.slice/masu-$ID.scope" ""
  goes_to "/system.slice/x-$ID.scope" ":x:$ID"
  goes_to "/$ID.scope" "-.slice::$ID"
  goes_to "/masu.slice/masu-a.slice/masu-a-b.slice/x-$ID.scope" "masu-a-b.slice:x:$ID"
  systemctl stop masu.slice
}

@test "a slice instead of a scope" {
  unit=masu${ID//-/}.slice
  edit --arg path "::$unit" '.linux.cgroupsPath = $path | .linux.resources.pids.limit = 50'
  start_unit
  is "/$unit" "$(own_cgroup "$(pid_of "$ID")")"
  unit_has TasksMax=50
}

@test "a sub-cgroup for the container" {
  edit '.annotations["run.oci.systemd.subgroup"] = "payload" | .linux.resources = {memory: {limit: 67108864}, pids: {limit: 50}}'
  start_unit
  is "/machine.slice/$unit/payload" "$(own_cgroup "$(pid_of "$ID")")"
  is "67108864 " "$(files memory.max)"
  is "67108864 " "$(files payload/memory.max)"
  ok exec -d --pid-file "$T/pid" "$ID" sleep 1000
  is "/machine.slice/$unit/payload" "$(own_cgroup "$(cat "$T/pid")")"
}

@test "a cgroup below it that is the container's own to manage" {
  edit '.annotations["run.oci.systemd.subgroup"] = "payload" | .annotations["run.oci.delegate-cgroup"] = "own" |
    .linux.resources = {pids: {limit: 50}}'
  start_unit
  is "/machine.slice/$unit/payload/own" "$(own_cgroup "$(pid_of "$ID")")"
  is "50 " "$(files payload/pids.max)"
  ok exec "$ID" sh -c 'cat /proc/self/cgroup'
  is 0::/own
  ok delete --force "$ID"
}

@test "paths that are none are refused" {
  local path
  for path in a:b /a/b a.slice:b a.slice:b:c:d a:b:c a--b.slice:b:c -a.slice:b:c "a/b.slice:b:c" "a.slice:b:" "a.slice:b:c d"; do
    edit --arg path "$path" '.linux.cgroupsPath = $path'
    refused --systemd-cgroup create -b "$BUNDLE" "$ID"
    says linux.cgroupsPath
  done
}

@test "limits are the unit's properties and the files' content" {
  edit '.linux.resources = {
    memory: {limit: 67108864, reservation: 33554432, swap: 100663296},
    cpu: {shares: 512, quota: 25500, period: 50000, cpus: "0", mems: "0"},
    pids: {limit: 77}}'
  start_unit
  unit_has MemoryMax=67108864 MemoryLow=33554432 MemorySwapMax=33554432 CPUWeight=59 CPUQuotaPerSecUSec=510ms \
    CPUQuotaPeriodUSec=50ms AllowedCPUs=0 AllowedMemoryNodes=0 TasksMax=77
  is "67108864 33554432 33554432 59 25500 50000 0 0 77 " \
    "$(files memory.max memory.low memory.swap.max cpu.weight cpu.max cpuset.cpus cpuset.mems pids.max)"
  systemctl daemon-reload
  is "67108864 25500 50000 77 " "$(files memory.max cpu.max pids.max)"
}

@test "unified settings" {
  edit '.linux.resources.unified = {"memory.max": "67108864", "memory.high": "50331648", "memory.min": "4096", "memory.low": "8192",
    "pids.max": "33", "cpu.weight": "77", "cpu.max": "50000 100000", "cpuset.cpus": "0", "memory.oom.group": "1", "io.weight": "default 42"}'
  start_unit
  unit_has MemoryMax=67108864 MemoryHigh=50331648 MemoryMin=4096 MemoryLow=8192 TasksMax=33 CPUWeight=77 \
    CPUQuotaPerSecUSec=500ms AllowedCPUs=0
  is "1 " "$(files memory.oom.group)"
  is "33 " "$(files pids.max)"
}

@test "cpu.idle is systemd's weight 0" {
  edit '.linux.resources.cpu = {idle: 1, shares: 512}'
  start_unit
  unit_has CPUWeight=idle
  is "1 " "$(files cpu.idle)"
}

# disk : the device of the root file system as $BUNDLE/rootfs/disk, which no default allows; MAJOR and MINOR are its number.
disk() {
  IFS=: read -r MAJOR MINOR < <(mountpoint -d /)
  mknod "$BUNDLE/rootfs/disk" b "$MAJOR" "$MINOR"
}

@test "devices: the list holds, before and after daemon-reload" {
  disk
  edit --argjson major "$MAJOR" --argjson minor "$MINOR" '.linux.resources.devices =
    [{allow: false, access: "rwm"}, {allow: true, type: "b", major: $major, minor: $minor, access: "r"}]'
  start_unit
  unit_has DevicePolicy=strict
  [[ $(property DeviceAllow) == *"/dev/block/$MAJOR:$MINOR r"* ]]
  local round
  for round in 1 2; do
    ok exec "$ID" head -c 1 /dev/zero
    ok exec "$ID" sh -c ': < /disk'
    rt exec "$ID" sh -c ': >> /disk'
    [[ $status != 0 && $errors == *"Operation not permitted"* ]]
    systemctl daemon-reload
    systemctl set-property --runtime "$unit" TasksMax=90 # systemd writes all again
  done
}

@test "devices: all allowed" {
  disk
  edit '.linux.resources.devices = [{allow: true, access: "rwm"}]'
  start_unit
  unit_has DevicePolicy=auto
  systemctl daemon-reload
  ok exec "$ID" sh -c ': < /disk'
}

@test "update: properties and files, without the flag" {
  edit '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 50}}'
  start_unit
  ok update --memory 134217728 --pids-limit 60 --cpu-share 256 --cpu-quota 12345 --cpu-period 100000 "$ID"
  unit_has MemoryMax=134217728 TasksMax=60 CPUWeight=35 CPUQuotaPerSecUSec=130ms # whole percents; the file is exact
  is "134217728 60 35 12345 100000 " "$(files memory.max pids.max cpu.weight cpu.max)"
  systemctl daemon-reload
  is "134217728 60 " "$(files memory.max pids.max)"
}

@test "pause and resume" {
  start_unit
  ok pause "$ID"
  has_status "$ID" paused
  is "1 " "$(files cgroup.freeze)"
  ok resume "$ID"
  has_status "$ID" running
}

@test "annotations become properties" {
  edit '.annotations = {"org.systemd.property.TimeoutStopSec": "7", "org.systemd.property.CollectMode": "'"'inactive-or-failed'"'",
    "org.systemd.property.Description": "'"'a test of masu'"'", "org.systemd.property.RuntimeMaxUSec": "uint64 600000000",
    "org.systemd.property.After": "['"'dbus.service'"']"}'
  start_unit
  unit_has TimeoutStopUSec=7s CollectMode=inactive-or-failed "Description=a test of masu" RuntimeMaxUSec=10min
  [[ " $(property After) " == *" dbus.service "* ]]
}

@test "annotations that are none are refused" {
  edit '.annotations = {"org.systemd.property.TimeoutStopSec": "'"'soon'"'"}'
  refused --systemd-cgroup create -b "$BUNDLE" "$ID"
  says annotations.org.systemd.property.TimeoutStopSec "not a number"
  edit '.annotations = {"org.systemd.property.CollectMode": "inactive"}'
  refused --systemd-cgroup create -b "$BUNDLE" "$ID"
  says annotations.org.systemd.property.CollectMode "text needs quotes"
  edit '.annotations = {"org.systemd.property.NoSuchThing": "true"}'
  refused --systemd-cgroup create -b "$BUNDLE" "$ID"
  says NoSuchThing
  assert_nothing_left "$ID"
}

@test "a failed unit of that name is forgotten" {
  # A scope fails when it has to be stopped the hard way.
  systemd-run --unit "$unit" --scope -p TimeoutStopSec=1 sh -c 'trap "" TERM; while :; do sleep 1000; done' 3>&- 4>&- &
  local job=$!
  wait_until systemctl is-active "$unit"
  systemctl stop "$unit" || true
  wait "$job" || true
  unit_has ActiveState=failed
  start_unit
  unit_has ActiveState=active
}

@test "a unit of that name that lives is left alone" {
  systemd-run --unit "$unit" --scope --slice other.slice sleep 1000 3>\&- 4>\&- &
  local job=$!
  wait_until systemctl is-active "$unit"
  refused --systemd-cgroup create -b "$BUNDLE" "$ID"
  says "$unit" UnitExists
  unit_has ActiveState=active
  kill -0 "$job"
  kill "$job"
  wait "$job" || true
}

@test "a cgroup in use is refused" {
  systemd-run --unit "$unit" --scope --slice machine.slice sleep 1000 3>\&- 4>\&- &
  local job=$!
  wait_until systemctl is-active "$unit"
  refused --systemd-cgroup create -b "$BUNDLE" "$ID"
  says "container's cgroup is not empty"
  kill -0 "$job"
  kill "$job"
  wait "$job" || true
}

@test "an OOM kill leaves no failed unit behind" {
  edit '.linux.resources = {memory: {limit: 33554432, swap: 33554432}}'
  use_probe
  program probe eat 200
  exits 137 --systemd-cgroup run -b "$BUNDLE" "$ID"
  unit_has LoadState=not-found
}

# The kernel does not let the user move a process from here, outside of his session, into his session's cgroups.
@test "an ordinary user's container, made and joined from outside of his session" {
  local as_user=(setpriv --reuid 1000 --regid 1000 --clear-groups env -u DBUS_SESSION_BUS_ADDRESS HOME=/tmp XDG_RUNTIME_DIR=/run/user/1000)
  [[ -S /run/user/1000/bus ]] || skip "the user has no session"
  rm "$BUNDLE/config.json"
  chmod 777 "$BUNDLE"
  "${as_user[@]}" "$MASU_RUNTIME" spec -b "$BUNDLE" --rootless
  program sleep 1000
  edit '.process.terminal = false'
  local call=("${as_user[@]}" "$MASU_RUNTIME") pid
  "${call[@]}" --systemd-cgroup create -b "$BUNDLE" "$ID" >"$T/out" 3>&- 4>&-
  "${call[@]}" start "$ID"
  pid=$("${call[@]}" state "$ID" | jq .pid)
  [[ $(own_cgroup "$pid") == */user@1000.service/user.slice/$unit ]]
  "${call[@]}" exec -d --pid-file "$BUNDLE/pid" "$ID" sleep 1000 >"$T/out" 3>&- 4>&-
  is "$(own_cgroup "$pid")" "$(own_cgroup "$(cat "$BUNDLE/pid")")"
  "${call[@]}" delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "run in the foreground, and what it leaves" {
  program sh -c 'cat /proc/self/cgroup; exit 3'
  exits 3 --systemd-cgroup run -b "$BUNDLE" "$ID"
  is 0::/
  assert_nothing_left "$ID"
}

@test "kill --all reaches all, and delete removes nested cgroups" {
  edit '.mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["rw"]}]'
  program sh -c 'mkdir /sys/fs/cgroup/a /sys/fs/cgroup/a/b; sh -c "echo \$\$ > /sys/fs/cgroup/a/b/cgroup.procs; exec sleep 1000" & wait'
  start_unit
  wait_until test -d "$dir/a/b"
  ok delete --force "$ID"
  assert_nothing_left "$ID"
  unit_has LoadState=not-found
}

@test "delete after the unit was stopped by somebody else" {
  program sh -c 'trap "exit 0" TERM; while :; do sleep 1000 & wait $!; done'
  start_unit
  systemctl stop "$unit"
  wait_for_stop
  ok delete "$ID"
  assert_nothing_left "$ID"
}

@test "without the bus, systemd's own socket" {
  export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus
  start_unit
  unit_has ActiveState=active
  ok delete --force "$ID"
}

@test "a bus that does not answer is an error, and nothing is left" {
  python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(8); time.sleep(1000)' "$T/bus" 3>&- 4>&- &
  local hung=$!
  wait_until test -S "$T/bus"
  export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$T/bus
  refused --systemd-cgroup create -b "$BUNDLE" "$ID"
  says "reach systemd" "$T/bus" "no answer within the time allowed"
  unset DBUS_SYSTEM_BUS_ADDRESS
  kill "$hung"
  assert_nothing_left "$ID"
}
