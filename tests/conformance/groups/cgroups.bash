# SPDX-License-Identifier: Apache-2.0
# linux.cgroupsPath and linux.resources: what the kernel has for the container, and what it enforces.

# outer_cgroup : the container's is /outer-$ID/$ID, whose parent goes when the container has gone.
outer_cgroup() {
  config --arg path "/outer-$ID/$ID" '.linux.cgroupsPath = $path'
  at_end find /sys/fs/cgroup -depth -type d -path "*/outer-$ID*" -exec rmdir {} +
  at_end rt delete --force "$ID"
}

#: cgroupsPath that is absolute names the cgroup
path_absolute() {
  needs root
  outer_cgroup
  runs
  grep -qE ":/outer-$ID/$ID(/[^/]*)?\$" "/proc/$(pid)/cgroup"
}

#: cgroupsPath that is relative
path_relative() {
  needs root
  config --arg path "conformance-$ID" '.linux.cgroupsPath = $path'
  runs
  grep -qE "/conformance-$ID(/[^/]*)?\$" "/proc/$(pid)/cgroup"
}

#: the container has a cgroup of its own in each hierarchy
own_cgroup() {
  needs root
  runs
  not cmp -s "/proc/$(pid)/cgroup" /proc/self/cgroup
  not is "$(cgroup memory)" /sys/fs/cgroup/memory
}

#: memory.limit
memory_limit() {
  needs root cgroup:memory
  config '.linux.resources.memory = {limit: 67108864}'
  runs
  limit memory memory.limit_in_bytes 67108864 memory.max 67108864
}

#: memory.limit -1 is no limit
memory_unlimited() {
  needs root cgroup:memory
  config '.linux.resources.memory = {limit: -1}'
  runs
  limit memory memory.limit_in_bytes 9223372036854771712 memory.max max
}

#: memory.reservation
memory_reservation() {
  needs root cgroup:memory
  config '.linux.resources.memory = {limit: 67108864, reservation: 33554432}'
  runs
  limit memory memory.soft_limit_in_bytes 33554432 memory.low 33554432
}

#: memory.swap, which counts memory and swap together
memory_swap() {
  needs root cgroup:memory
  unified || needs file:/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes
  config '.linux.resources.memory = {limit: 67108864, swap: 100663296}'
  runs
  limit memory memory.memsw.limit_in_bytes 100663296 memory.swap.max 33554432
}

#: a program that takes more than memory.limit is killed
memory_enforced() {
  needs root cgroup:memory
  config '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
  inside say begin ';' memory 128
  is begin "$output"
}

#: cpu.shares
cpu_shares() {
  needs root cgroup:cpu
  config '.linux.resources.cpu = {shares: 512}'
  runs
  # v2 has weights: the older runtimes map shares to them on a line, the newer ones on a curve that meets both defaults.
  limit cpu cpu.shares 512 cpu.weight 59 || limit cpu cpu.shares 512 cpu.weight 20
}

#: cpu.quota and cpu.period
cpu_quota() {
  needs root cgroup:cpu
  config '.linux.resources.cpu = {quota: 20000, period: 50000}'
  runs
  limit cpu cpu.cfs_quota_us 20000 cpu.max '20000 50000'
  unified || limit cpu cpu.cfs_period_us 50000 - -
}

#: cpu.cpus and cpu.mems
cpuset() {
  needs root cgroup:cpuset
  config '.linux.resources.cpu = {cpus: "0", mems: "0"}'
  runs
  limit cpuset cpuset.cpus 0 cpuset.cpus 0
  limit cpuset cpuset.mems 0 cpuset.mems 0
}

#: cpu.cpus is what the program may run on
cpuset_enforced() {
  needs root cgroup:cpuset
  config '.linux.resources.cpu = {cpus: "0"}'
  inside processors
  is 'processors 0' "$output"
}

#: a processor that does not exist is refused
cpuset_missing() {
  needs root cgroup:cpuset
  config '.linux.resources.cpu = {cpus: "8190"}'
  never_runs
}

#: pids.limit
pids_limit() {
  needs root cgroup:pids
  config '.linux.resources.pids = {limit: 20}'
  runs
  limit pids pids.max 20 pids.max 20
}

#: pids.limit -1 is no limit
pids_unlimited() {
  needs root cgroup:pids
  config '.linux.resources.pids = {limit: -1}'
  runs
  limit pids pids.max max pids.max max
}

#: no more than pids.limit processes can be there
pids_enforced() {
  needs root cgroup:pids
  config '.linux.resources.pids = {limit: 5}'
  inside forks 20
  is 'children 4' "$output"
}

#: blockIO throttling
block_throttle() {
  needs root
  if unified; then needs cgroup:io; else needs cgroup:blkio; fi
  local device numbers
  device=$(find /sys/block/ -mindepth 1 -not -name 'ram*' -not -name 'loop*' | head -n 1)
  [[ -n $device ]] || skip 'there is no block device'
  numbers=$(cat "$device/dev")
  config --argjson major "${numbers%:*}" --argjson minor "${numbers#*:}" \
    '.linux.resources.blockIO.throttleReadBpsDevice = [{major: $major, minor: $minor, rate: 1048576}]'
  runs
  limit blkio blkio.throttle.read_bps_device "$numbers 1048576" io.max "$numbers rbps=1048576 wbps=max riops=max wiops=max"
}

#: hugepageLimits
hugepages() {
  needs root cgroup:hugetlb
  config '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]'
  runs
  limit hugetlb hugetlb.2MB.limit_in_bytes 4194304 hugetlb.2MB.max 4194304
}

#: network.classID
network_class() {
  needs root
  ! unified || skip 'cgroup v2 has no network classes'
  needs cgroup:net_cls
  config '.linux.resources.network = {classID: 1048577}'
  runs
  limit net_cls net_cls.classid 1048577 - -
}

#: unified: files of cgroup v2 by their names
unified_files() {
  needs root v2 cgroup:memory
  config '.linux.resources.unified = {"memory.high": "50000000", "pids.max": "77"}'
  runs
  limit memory - - memory.high 49999872
  limit pids - - pids.max 77
}

#: limits of several controllers at once
several() {
  needs root cgroup:memory cgroup:cpu cgroup:pids
  config '.linux.resources = {memory: {limit: 67108864}, cpu: {quota: 10000, period: 100000}, pids: {limit: 30}}'
  runs
  limit memory memory.limit_in_bytes 67108864 memory.max 67108864
  limit cpu cpu.cfs_quota_us 10000 cpu.max '10000 100000'
  limit pids pids.max 30 pids.max 30
}

#: the limits are in force when create returns
limits_at_create() {
  needs root cgroup:pids
  config '.linux.resources.pids = {limit: 33}'
  program wait
  create
  limit pids pids.max 33 pids.max 33
}

#: memory.swappiness
memory_swappiness() {
  needs root v1:memory
  config '.linux.resources.memory = {swappiness: 7}'
  runs
  limit memory memory.swappiness 7 - -
}

#: memory.disableOOMKiller
oom_killer() {
  needs root v1:memory
  config '.linux.resources.memory = {limit: 67108864, disableOOMKiller: true}'
  runs
  grep -q '^oom_kill_disable 1' "$(cgroup memory)/memory.oom_control"
}

#: cpu.burst
cpu_burst() {
  needs root cgroup:cpu kernel:5.14
  config '.linux.resources.cpu = {quota: 50000, period: 100000, burst: 20000}'
  runs
  limit cpu cpu.cfs_burst_us 20000 cpu.max.burst 20000
}

#: cpu.idle
cpu_idle() {
  needs root cgroup:cpu kernel:5.15
  config '.linux.resources.cpu = {idle: 1}'
  runs
  limit cpu cpu.idle 1 cpu.idle 1
}

#: cpu.realtimeRuntime and cpu.realtimePeriod
cpu_realtime() {
  needs root v1:cpu file:/sys/fs/cgroup/cpu/cpu.rt_runtime_us
  config '.linux.resources.cpu = {realtimeRuntime: 10000, realtimePeriod: 500000}'
  runs
  limit cpu cpu.rt_runtime_us 10000 - -
  limit cpu cpu.rt_period_us 500000 - -
}

#: an existing cgroup keeps what else is in it
foreign_cgroup() {
  needs root v1:pids
  mkdir -p "/sys/fs/cgroup/pids/outer-$ID/other"
  outer_cgroup
  runs
  ok delete --force "$ID"
  [[ -d /sys/fs/cgroup/pids/outer-$ID/other ]]
}
