#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# cgroups: where a container is put, what its limits become in the files of v1 and v2, and that they work.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

@test "init is in its own cgroup of every hierarchy when create returns" {
  program sleep 1000
  create_container
  local line
  while read -r line; do
    [[ $line == *"$ID"* ]] || { cat "/proc/$(pid_of "$ID")/cgroup" >&2; return 1; }
  done < <(grep -vE '^[0-9]+:(misc|rdma|perf_event|net_cls.*|hugetlb|net_prio.*|dmem):' "/proc/$(pid_of "$ID")/cgroup")
}

@test "cgroupsPath absolute: below the mount, in every hierarchy, removed with the container" {
  edit --arg path "/$ID-parent/$ID" '.linux.cgroupsPath = $path'
  sleeper
  local dir
  dir=$(cgroup_dir pids)
  if unified; then is "/sys/fs/cgroup/$ID-parent/$ID" "$dir"; else is "/sys/fs/cgroup/pids/$ID-parent/$ID" "$dir"; fi
  ok delete --force "$ID"
  is "" "$(find /sys/fs/cgroup -name "$ID")"
  find /sys/fs/cgroup -name "$ID-parent" -type d -empty -prune >/dev/null
  find /sys/fs/cgroup -name "$ID-parent" -type d -prune -exec rmdir {} + # the parent is the caller's
}

@test "cgroupsPath cannot climb" {
  edit --arg path "/../../../$ID" '.linux.cgroupsPath = $path'
  program sleep 1000
  rt create -b "$BUNDLE" "$ID"
  [[ $status == 1 ]] || [[ $(cgroup_dir pids) == /sys/fs/cgroup/*"$ID" && $(cgroup_dir pids) != *..* ]]
}

@test "memory: limit and reservation" {
  need_controller memory
  edit '.linux.resources.memory = {limit: 67108864, reservation: 33554432}'
  sleeper
  limit_is memory memory.limit_in_bytes 67108864 memory.max 67108864
  limit_is memory memory.soft_limit_in_bytes 33554432 memory.low 33554432
}

@test "memory: -1 is no limit" {
  need_controller memory
  edit '.linux.resources.memory = {limit: -1}'
  sleeper
  limit_is memory memory.limit_in_bytes 9223372036854771712 memory.max max
}

@test "memory: too much ends the program" {
  need_controller memory
  use_probe
  edit '.linux.resources.memory = {limit: 33554432}'
  program probe eat 200
  exits 137 run -b "$BUNDLE" "$ID"
  [[ $output != *full* ]]
}

@test "memory: half a MiB is enough to run true" {
  need_controller memory
  edit '.linux.resources.memory = {limit: 524288}'
  program true
  ok run -b "$BUNDLE" "$ID"
}

@test "memory: too little is told with a hint, and nothing is left" {
  need_controller memory
  edit '.linux.resources.memory = {limit: 8192}'
  program true
  rt run -b "$BUNDLE" "$ID"
  [[ $status != 0 ]]
  says memory
  assert_nothing_left "$ID"
}

@test "cpu: shares, quota and period" {
  need_controller cpu
  edit '.linux.resources.cpu = {shares: 512, quota: 30000, period: 60000}'
  sleeper
  limit_is cpu cpu.shares 512 cpu.weight 59
  limit_is cpu cpu.cfs_quota_us 30000 cpu.max "30000 60000"
  limit_is cpu cpu.cfs_period_us 60000 cpu.max "30000 60000"
}

@test "cpu: a quota of -1 is none" {
  need_controller cpu
  edit '.linux.resources.cpu = {quota: -1, period: 50000}'
  sleeper
  limit_is cpu cpu.cfs_quota_us -1 cpu.max "max 50000"
}

@test "cpu: the quota works" {
  need_controller cpu
  edit '.linux.resources.cpu = {quota: 5000, period: 100000}'
  sh_program 'while :; do :; done'
  start_container
  wait_until grep -q '^nr_throttled [1-9]' "$(cgroup_dir cpu)/cpu.stat"
}

@test "cpuset: cpus and mems" {
  need_controller cpuset
  edit '.linux.resources.cpu = {cpus: "0", mems: "0"}'
  sleeper
  limit_is cpuset cpuset.cpus 0 cpuset.cpus 0
  limit_is cpuset cpuset.mems 0 cpuset.mems 0
  ok exec "$ID" grep Cpus_allowed_list /proc/self/status
  is $'Cpus_allowed_list:\t0'
}

@test "cpuset: a cpu that is not there" {
  need_controller cpuset
  edit '.linux.resources.cpu = {cpus: "4000"}'
  program true
  refused run -b "$BUNDLE" "$ID"
  says cpuset.cpus
  assert_nothing_left "$ID"
}

@test "pids: the limit is set and holds" {
  need_controller pids
  edit '.linux.resources.pids = {limit: 5}'
  sleeper
  limit_is pids pids.max 5 pids.max 5
  rt exec "$ID" sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 10 & done; wait'
  [[ $errors == *"an't fork"* ]]
}

@test "pids: -1 is no limit" {
  need_controller pids
  edit '.linux.resources.pids = {limit: -1}'
  sleeper
  limit_is pids pids.max max pids.max max
}

# The first disk of the machine: "254:0".
find_disk() {
  disk=$(cat /sys/block/*/dev 2>/dev/null | head -n 1)
  [[ -n $disk ]] || skip "there is no disk"
}

@test "blockIO: throttle of a disk" {
  need_controller "$(unified && echo io || echo blkio)"
  find_disk
  edit --arg major "${disk%:*}" --arg minor "${disk#*:}" '.linux.resources.blockIO.throttleReadBpsDevice =
    [{major: ($major | tonumber), minor: ($minor | tonumber), rate: 1048576}]'
  sleeper
  if unified; then
    is "$disk rbps=1048576 wbps=max riops=max wiops=max" "$(cat "$(cgroup_dir io)/io.max")"
  else
    is "$disk 1048576" "$(cat "$(cgroup_dir blkio)/blkio.throttle.read_bps_device")"
  fi
}

@test "blockIO: a disk that is not there" {
  need_controller "$(unified && echo io || echo blkio)"
  edit '.linux.resources.blockIO.throttleWriteIOPSDevice = [{major: 4095, minor: 1048575, rate: 7}]'
  program true
  refused run -b "$BUNDLE" "$ID"
  says linux.resources.blockIO.throttleWriteIOPSDevice
  says "no such block device"
  assert_nothing_left "$ID"
}

@test "a limit whose controller is nowhere is told with a hint" {
  grep -qE ':(net_cls|net_cls,.*|.*,net_cls):' /proc/self/cgroup && skip "net_cls is mounted here"
  edit '.linux.resources.network = {classID: 1048577}'
  program true
  refused run -b "$BUNDLE" "$ID"
  says linux.resources.network.classID
  says net_cls
  assert_nothing_left "$ID"
}

@test "exec is in the same cgroups and held to the same limits" {
  need_controller memory
  use_probe
  edit '.linux.resources.memory = {limit: 33554432}'
  sleeper
  exits 137 exec "$ID" probe eat 200
  [[ $(status_of "$ID") == running ]]
}

@test "unified: a key that is no file's name, a controller that is not there" {
  program true
  local key
  for key in ../memory.max memory nosuch.controller memory/x.y; do
    edit --arg key "$key" '.linux.resources.unified = {($key): "1"}'
    refused run -b "$BUNDLE" "$ID"
    says linux.resources.unified
  done
  assert_nothing_left "$ID"
}

@test "unified: written as it is" {
  unified || skip "v1: unified needs cgroup v2"
  edit '.linux.resources.unified = {"memory.high": "50331648", "pids.max": "33"}'
  sleeper
  is 50331648 "$(cat "$(cgroup_dir memory)/memory.high")"
  is 33 "$(cat "$(cgroup_dir pids)/pids.max")"
}

@test "limits that are not valid are refused with their path" {
  program true
  local case
  for case in '{memory: {limit: -5}} linux.resources.memory.limit' '{memory: {swap: 1048576}} linux.resources.memory.swap' \
    '{memory: {limit: 2097152, swap: 1048576}} linux.resources.memory.swap' '{pids: {limit: -7}} linux.resources.pids.limit' \
    '{cpu: {cpus: "a-b"}} linux.resources.cpu.cpus' '{hugepageLimits: [{pageSize: "../2MB", limit: 1}]} linux.resources.hugepageLimits[0].pageSize'; do
    edit ".linux.resources = ${case% *}"
    refused run -b "$BUNDLE" "$ID"
    says "${case##* }"
  done
  assert_nothing_left "$ID"
}

@test "a cgroup with strangers in it is refused" {
  edit --arg path "/$ID" '.linux.cgroupsPath = $path'
  program true
  sleep 1000 3>&- 4>&- &
  local stranger=$! root dirs=()
  if unified; then dirs=("/sys/fs/cgroup/$ID"); else for root in /sys/fs/cgroup/*/; do dirs+=("$root$ID"); done; fi
  for root in "${dirs[@]}"; do
    mkdir "$root"
    if [[ -e $root/cpuset.cpus && ! -e $root/cgroup.controllers ]]; then
      cat "$root/../cpuset.cpus" >"$root/cpuset.cpus"
      cat "$root/../cpuset.mems" >"$root/cpuset.mems"
    fi
    echo $stranger >"$root/cgroup.procs"
  done
  rt run -b "$BUNDLE" "$ID"
  local alive=yes
  kill -0 $stranger || alive=no
  kill -KILL $stranger
  wait $stranger || true
  for root in "${dirs[@]}"; do wait_until rmdir "$root"; done
  [[ $status == 1 && $alive == yes ]]
  says "container's cgroup is not empty"
}

@test "sub-cgroups that the container has made go with it" {
  edit 'del(.linux.namespaces[] | select(.type == "cgroup")) | .mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup"}]'
  sleeper
  mkdir -p "$(cgroup_dir pids)/a/b/c"
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "ps and kill --all reach child cgroups" {
  sleeper
  ok exec -d --pid-file "$T/pid" "$ID" sleep 1234
  local pid dir
  pid=$(cat "$T/pid")
  dir=$(cgroup_dir pids)
  mkdir "$dir/child"
  echo "$pid" >"$dir/child/cgroup.procs"
  if ! unified; then for dir in /sys/fs/cgroup/{devices,freezer,systemd,unified,memory}; do
    dir=$dir$(sed -nE "s/^[0-9]+:(name=)?${dir##*/}://p" "/proc/$pid/cgroup")
    [[ $dir == *"$ID" ]] && mkdir "$dir/child" && echo "$pid" >"$dir/child/cgroup.procs"
  done; fi
  ok ps -f json "$ID"
  jq -e --argjson pid "$pid" 'index($pid) != null' "$OUT"
  ok kill --all "$ID" KILL
  wait_until gone "$pid"
}

@test "--cgroup-manager disabled makes no cgroup" {
  program sleep 1000
  ok --cgroup-manager disabled create -b "$BUNDLE" "$ID"
  is "" "$(cgroups_of "$ID")"
  [[ $(status_of "$ID") == created ]]
}
