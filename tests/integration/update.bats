#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# update: what its options and documents become in the kernel's files, what they leave alone, and what is refused.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# update_from JSON : update --resources - with this document.
update_from() {
  printf '%s' "$1" >"$T/resources.json"
  STDIN=$T/resources.json rt update --resources=- "$ID"
}

@test "update: memory and reservation, with suffixes" {
  need_controller memory
  sleeper
  ok update --memory 64M --memory-reservation 32768k "$ID"
  is ""
  limit_is memory memory.limit_in_bytes 67108864 memory.max 67108864
  limit_is memory memory.soft_limit_in_bytes 33554432 memory.low 33554432
  ok update --memory=33554432 "$ID"
  limit_is memory memory.limit_in_bytes 33554432 memory.max 33554432
  limit_is memory memory.soft_limit_in_bytes 33554432 memory.low 33554432
  ok update --memory -1 "$ID"
  limit_is memory memory.limit_in_bytes 9223372036854771712 memory.max max
}

@test "update: memory and swap, up and down" {
  need_controller memory
  edit '.linux.resources.memory = {limit: 67108864}'
  sleeper
  [[ -e $(cgroup_dir memory)/memory.memsw.limit_in_bytes || -e $(cgroup_dir memory)/memory.swap.max ]] || skip "the kernel does not count swap"
  ok update --memory 64M --memory-swap 96M "$ID"
  limit_is memory memory.memsw.limit_in_bytes 100663296 memory.swap.max 33554432
  ok update --memory 128M --memory-swap 192M "$ID" # the limit passes the old sum
  limit_is memory memory.limit_in_bytes 134217728 memory.max 134217728
  limit_is memory memory.memsw.limit_in_bytes 201326592 memory.swap.max 67108864
  ok update --memory 32M --memory-swap 48M "$ID" # the sum passes the old limit
  limit_is memory memory.memsw.limit_in_bytes 50331648 memory.swap.max 16777216
  ok update --memory-swap 64M "$ID" # above the present limit
  limit_is memory memory.memsw.limit_in_bytes 67108864 memory.swap.max 33554432
  ok update --memory-swap -1 "$ID"
  limit_is memory memory.memsw.limit_in_bytes 9223372036854771712 memory.swap.max max
}

@test "update: shares, quota and period; one alone keeps the other" {
  need_controller cpu
  sleeper
  ok update --cpu-share 512 --cpu-quota 30000 --cpu-period 60000 "$ID"
  limit_is cpu cpu.shares 512 cpu.weight 59
  limit_is cpu cpu.cfs_quota_us 30000 cpu.max "30000 60000"
  limit_is cpu cpu.cfs_period_us 60000 cpu.max "30000 60000"
  ok update --cpu-quota 20000 "$ID"
  limit_is cpu cpu.cfs_quota_us 20000 cpu.max "20000 60000"
  ok update --cpu-period 50000 "$ID"
  limit_is cpu cpu.cfs_quota_us 20000 cpu.max "20000 50000"
  limit_is cpu cpu.cfs_period_us 50000 cpu.max "20000 50000"
  ok update --cpu-quota -1 "$ID"
  limit_is cpu cpu.cfs_quota_us -1 cpu.max "max 50000"
  limit_is cpu cpu.shares 512 cpu.weight 59
}

@test "update: cpu burst and idle" {
  need_controller cpu
  sleeper
  [[ -e $(cgroup_dir cpu)/cpu.idle ]] || skip "the kernel is older than 5.15"
  ok update --cpu-quota 20000 --cpu-period 50000 --cpu-burst 10000 "$ID"
  limit_is cpu cpu.cfs_burst_us 10000 cpu.max.burst 10000
  ok update --cpu-quota 5000 --cpu-burst 5000 "$ID" # a quota may not be below the burst
  limit_is cpu cpu.cfs_burst_us 5000 cpu.max.burst 5000
  ok update --cpu-idle 1 "$ID"
  limit_is cpu cpu.idle 1 cpu.idle 1
  ok update --cpu-idle 0 --cpu-share 256 "$ID"
  limit_is cpu cpu.idle 0 cpu.idle 0
}

@test "update: cpuset" {
  need_controller cpuset
  edit '.linux.resources.cpu = {cpus: "0", mems: "0"}'
  sleeper
  ok update --cpuset-cpus "$(cat /sys/devices/system/cpu/online)" --cpuset-mems 0 "$ID"
  limit_is cpuset cpuset.cpus "$(cat /sys/devices/system/cpu/online)" cpuset.cpus "$(cat /sys/devices/system/cpu/online)"
  ok update --cpuset-cpus 0 "$ID"
  ok exec "$ID" grep Cpus_allowed_list /proc/self/status
  is $'Cpus_allowed_list:\t0'
}

@test "update: pids" {
  need_controller pids
  sleeper
  ok update --pids-limit 20 "$ID"
  limit_is pids pids.max 20 pids.max 20
  ok update --pids-limit=-1 "$ID"
  limit_is pids pids.max max pids.max max
}

@test "update: a document from a file and from standard input, which wins over options" {
  need_controller memory
  need_controller pids
  sleeper
  ok update --pids-limit 30 "$ID"
  echo '{"memory": {"limit": 67108864, "reservation": null}, "cpu": {"shares": 0, "cpus": ""}}' >"$T/r.json"
  ok update -r "$T/r.json" --pids-limit 99 --memory junk "$ID"
  limit_is memory memory.limit_in_bytes 67108864 memory.max 67108864
  limit_is pids pids.max 30 pids.max 30
  update_from '{"pids": {"limit": 40}}'
  is 0 "$status"
  limit_is pids pids.max 40 pids.max 40
}

@test "update: a document that is wrong is told with its place, and changes nothing" {
  need_controller pids
  sleeper
  ok update --pids-limit 30 "$ID"
  local case
  for case in '{"pids":{"limit":"x"}}|pids.limit: expected an integer' '{"pids":{"limit":-5}}|pids.limit: -5' \
    '{"pids":{"limit":9},"cpu":{"cpus":"a-b"}}|cpu.cpus' '{|line 1' '|line 1' '[]|expected an object' \
    '{"unified":{"../x":"1"}}|unified'; do
    update_from "${case%%|*}"
    is 1 "$status"
    says "${case##*|}"
  done
  refused update -r "$T/no-such-file" "$ID"
  says "$T/no-such-file"
  limit_is pids pids.max 30 pids.max 30
}

@test "update: numbers that are none" {
  sleeper
  refused update --memory 5x "$ID"
  says "invalid value for memory" 5x
  refused update --cpu-period abc "$ID"
  says "invalid value for cpu-period" abc
  refused update --pids-limit 1.5 "$ID"
  says "invalid value for pids-limit" 1.5
  refused update --blkio-weight 5 "$ID"
  says "5 is not between 10 and 1000"
  refused update --cpu-idle 2 "$ID"
  refused update --nosuchflag 1 "$ID"
  says nosuchflag
}

@test "update: all or nothing" {
  need_controller cpu
  need_controller cpuset
  need_controller pids
  edit '.linux.resources.cpu = {shares: 512} | .linux.resources.pids = {limit: 50}'
  sleeper
  refused update --cpu-share 256 --pids-limit 7 --memory 64M --cpuset-cpus 4000 "$ID"
  says cpuset.cpus
  limit_is cpu cpu.shares 512 cpu.weight 59
  limit_is pids pids.max 50 pids.max 50
  limit_is memory memory.limit_in_bytes 9223372036854771712 memory.max max
}

@test "update: what is on record stays usable: exec, further updates, delete" {
  need_controller memory
  need_controller cpu
  edit '.linux.resources.memory = {limit: 67108864, swap: 134217728} | .linux.resources.unified = {}'
  sleeper
  ok update --cpu-quota 20000 "$ID"
  ok update --memory 96M "$ID"
  ok exec "$ID" true
  ok update --cpu-period 50000 "$ID"
  limit_is cpu cpu.cfs_quota_us 20000 cpu.max "20000 50000"
  ok exec "$ID" echo still here
  is "still here"
  ok state "$ID"
  ok delete --force "$ID"
}

@test "update: checkBeforeUpdate of the config holds for later limits" {
  need_controller memory
  edit '.linux.resources.memory = {checkBeforeUpdate: true}'
  sleeper
  refused update --memory 4096 "$ID"
  says "is not above the present usage"
  is running "$(status_of "$ID")"
  ok update --memory 64M "$ID"
}

@test "update: a paused container stays paused" {
  need_controller pids
  sleeper
  ok pause "$ID"
  ok update --pids-limit 33 --cpu-share 300 "$ID"
  limit_is pids pids.max 33 pids.max 33
  is paused "$(status_of "$ID")"
  ok resume "$ID"
}

@test "update: a created container" {
  need_controller pids
  program true
  create_container
  ok update --pids-limit 33 "$ID"
  limit_is pids pids.max 33 pids.max 33
  is created "$(status_of "$ID")"
}

@test "update: rules for devices are left alone" {
  sleeper
  ok exec "$ID" head -c 1 /dev/zero
  update_from '{"devices": [{"allow": false, "access": "rwm"}], "cpu": {"shares": 300}}'
  is 0 "$status"
  ok exec "$ID" head -c 1 /dev/zero
  ok exec "$ID" sh -c 'echo x >/dev/null'
}

@test "update: nothing asked for is nothing done; kernel memory is ignored without a word" {
  sleeper
  ok update "$ID"
  ok update --kernel-memory 1M --kernel-memory-tcp 1M "$ID"
  update_from '{}'
  is 0 "$status"
}

@test "update: Intel RDT without resctrl" {
  sleeper
  refused update --l3-cache-schema 'L3:0=f' "$ID"
  says "l3 cache schema is not enabled"
  refused update --mem-bw-schema 'MB:0=20' "$ID"
  says "memory bandwidth schema is not enabled"
}

@test "update: unified is v2's" {
  sleeper
  update_from '{"unified": {"pids.max": "44"}}'
  if unified; then
    is 0 "$status"
    is 44 "$(cat "$(cgroup_dir pids)/pids.max")"
  else
    is 1 "$status"
    says unified
  fi
}

@test "update: a stopped container, an unknown one, a wrong command line" {
  program true
  start_container
  wait_for_stop
  refused update --pids-limit 5 "$ID"
  says "container not running"
  refused update --pids-limit 5 "$ID-none"
  says "container does not exist"
  refused update
  refused update one two
}
