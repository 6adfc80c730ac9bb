# SPDX-License-Identifier: Apache-2.0
# Processor and memory attributes of the process: scheduler, I/O priority, affinity, personality, memory policy.

# scheduler JSON : process.scheduler, as the program sees it.
scheduler() {
  config ".process.scheduler = $1"
  check process.scheduler
}

#: scheduler SCHED_OTHER with a nice value
other() { scheduler '{policy: "SCHED_OTHER", nice: 7}'; }

#: scheduler SCHED_BATCH
batch() { scheduler '{policy: "SCHED_BATCH", nice: 3}'; }

#: scheduler SCHED_IDLE
idle() { scheduler '{policy: "SCHED_IDLE"}'; }

# realtime : where new cgroups have no real-time time, the container's is given some.
realtime() {
  needs root
  [[ ! -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ]] || config '.linux.resources.cpu = {realtimeRuntime: 10000, realtimePeriod: 1000000}'
}

#: scheduler SCHED_FIFO with a priority
fifo() {
  realtime
  scheduler '{policy: "SCHED_FIFO", priority: 5}'
}

#: scheduler SCHED_RR with a priority
round_robin() {
  realtime
  scheduler '{policy: "SCHED_RR", priority: 6}'
}

#: scheduler SCHED_DEADLINE with its three times
deadline() {
  realtime
  scheduler '{policy: "SCHED_DEADLINE", runtime: 1000000, deadline: 20000000, period: 40000000}'
}

#: a scheduler that does not exist is refused
scheduler_unknown() {
  config '.process.scheduler = {policy: "SCHED_NOSUCH"}'
  never_runs
}

#: a nice value out of range is refused
nice_range() {
  config '.process.scheduler = {policy: "SCHED_OTHER", nice: 40}'
  never_runs
}

#: ioPriority of the best-effort class
io_best_effort() {
  config '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 6}'
  check process.ioPriority
}

#: ioPriority of the idle class
io_idle() {
  config '.process.ioPriority = {class: "IOPRIO_CLASS_IDLE", priority: 0}'
  check process.ioPriority
}

#: ioPriority of the real-time class
io_realtime() {
  needs root
  config '.process.ioPriority = {class: "IOPRIO_CLASS_RT", priority: 2}'
  check process.ioPriority
}

#: an ioPriority class that does not exist is refused
io_unknown() {
  config '.process.ioPriority = {class: "IOPRIO_CLASS_NOSUCH", priority: 2}'
  never_runs
}

#: exec: scheduler and ioPriority of the process object
exec_attributes() {
  needs command:exec
  runs
  jq -c '.process | .args = ["/checker", "check", "process.scheduler", "process.ioPriority"]
    | .scheduler = {policy: "SCHED_BATCH", nice: 9} | .ioPriority = {class: "IOPRIO_CLASS_BE", priority: 7}' <"$BUNDLE/config.json" >"$T/process.json"
  jq -c --slurpfile process "$T/process.json" '.process = $process[0]' "$BUNDLE/config.json" >"$ROOTFS/config.json"
  cp "$T/host.json" "$ROOTFS/"
  ok exec --process "$T/process.json" "$ID"
  judge
}

#: execCPUAffinity: the final one is that of an exec'd program
exec_affinity() {
  needs command:exec
  config '.process.execCPUAffinity = {initial: "0", final: "0"}'
  runs
  ok exec "$ID" /checker processors
  is 'processors 0' "$output"
}

#: execCPUAffinity of the process object
exec_affinity_of_process() {
  needs command:exec
  runs
  jq -c '.process | .args = ["/checker", "processors"] | .execCPUAffinity = {final: "0"}' <"$BUNDLE/config.json" >"$T/process.json"
  ok exec --process "$T/process.json" "$ID"
  is 'processors 0' "$output"
}

#: execCPUAffinity that is no list is refused
exec_affinity_bad() {
  config '.process.execCPUAffinity = {initial: "zero"}'
  never_runs
}

#: personality LINUX32
personality_linux32() {
  config '.linux.personality = {domain: "LINUX32"}'
  check linux.personality
}

#: personality LINUX
personality_linux() {
  config '.linux.personality = {domain: "LINUX"}'
  check linux.personality
}

#: a personality that does not exist is refused
personality_unknown() {
  config '.linux.personality = {domain: "MINIX"}'
  never_runs
}

# policy JSON : linux.memoryPolicy, as the program sees it.
policy() {
  needs file:/proc/self/numa_maps
  config ".linux.memoryPolicy = $1"
  check linux.memoryPolicy
}

#: memoryPolicy MPOL_BIND
memory_bind() { policy '{mode: "MPOL_BIND", nodes: "0"}'; }

#: memoryPolicy MPOL_INTERLEAVE
memory_interleave() { policy '{mode: "MPOL_INTERLEAVE", nodes: "0"}'; }

#: memoryPolicy MPOL_PREFERRED with a flag
memory_preferred() { policy '{mode: "MPOL_PREFERRED", nodes: "0", flags: ["MPOL_F_STATIC_NODES"]}'; }

#: memoryPolicy MPOL_LOCAL, which has no nodes
memory_local() { policy '{mode: "MPOL_LOCAL"}'; }

#: a memoryPolicy that does not exist is refused
memory_unknown() {
  config '.linux.memoryPolicy = {mode: "MPOL_NOSUCH", nodes: "0"}'
  never_runs
}

#: a memoryPolicy without the nodes that it needs is refused
memory_without_nodes() {
  config '.linux.memoryPolicy = {mode: "MPOL_BIND"}'
  never_runs
}
