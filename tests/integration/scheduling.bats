#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# How the kernel runs the process: CPUs, scheduler, I/O priority, memory policy, personality; for run and for exec.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# Fields of proc_pid_stat(5) of the shell itself: nice and policy.
SCHEDULING='read -r line </proc/self/stat; set -- ${line##*) }; echo "nice ${17} policy ${39}"'
SLEEPER='while :; do sleep 1000; done'

has_lines() { (($(wc -l <"$2") >= $1)); } # has_lines COUNT FILE
last_cpu() { nproc --all | awk '{ print $1 - 1 }'; }

@test "scheduler: nice of SCHED_BATCH, and SCHED_IDLE" {
  edit '.process.scheduler = {policy: "SCHED_BATCH", nice: 7}'
  in_container "$SCHEDULING"
  is "nice 7 policy 3"
  edit '.process.scheduler = {policy: "SCHED_IDLE"}'
  in_container "$SCHEDULING"
  is "nice $(nice) policy 5" # which says nothing of nice: the caller's stays
}

@test "scheduler: exec gets the container's, its own file's comes first" {
  edit '.process.scheduler = {policy: "SCHED_BATCH", nice: 7}'
  sh_program "$SLEEPER"
  ok run -d -b "$BUNDLE" "$ID"
  ok exec "$ID" sh -c "$SCHEDULING"
  is "nice 7 policy 3"
  jq --arg text "$SCHEDULING" '.process | .args = ["sh", "-c", $text] | .scheduler = {policy: "SCHED_OTHER", nice: 9}' \
    config.json >"$T/process.json"
  ok exec --process "$T/process.json" "$ID"
  is "nice 9 policy 0"
}

@test "scheduler: what the kernel refuses names the member and a reason" {
  edit '.process.scheduler = {policy: "SCHED_DEADLINE", runtime: 10, deadline: 5, period: 5}'
  program true
  refused run -b "$BUNDLE" "$ID"
  says "set the scheduler" "process.scheduler" "invalid argument"
  [[ ! -e $ROOT/$ID ]]
}

@test "ioPriority, for the program and what it starts; exec too" {
  edit '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 2}'
  sh_program "ionice -p \$\$; ionice; $SLEEPER"
  ok run -d -b "$BUNDLE" "$ID"
  wait_until has_lines 2 "$OUT"
  is $'best-effort: prio 2\nbest-effort: prio 2' "$(<"$OUT")"
  ok exec "$ID" busybox ionice
  is "best-effort: prio 2"
  edit '.process.ioPriority = {class: "IOPRIO_CLASS_IDLE"}'
  program busybox ionice
  ok run -b "$BUNDLE" "$ID-2"
  has idle
}

@test "personality LINUX32: uname says i686" {
  [[ $(uname -m) == x86_64 ]] || skip "the 32-bit personality's name is known for x86-64 only"
  edit '.linux.personality = {domain: "LINUX32"}'
  sh_program "uname -m; $SLEEPER"
  ok run -d -b "$BUNDLE" "$ID"
  wait_until has_line i686 "$OUT"
  ok exec "$ID" uname -m
  is i686
  edit '.linux.personality = {domain: "LINUX"}'
  program uname -m
  run -0 timeout 20 setarch i686 "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$ID-2"
  is x86_64
}

@test "memoryPolicy: as numa_maps shows it; a node that is not there" {
  [[ -e /proc/self/numa_maps ]] || skip "this kernel has no NUMA"
  edit '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES"]}'
  sh_program "awk '{ print \$2 }' /proc/self/numa_maps | sort -u; $SLEEPER"
  ok run -d -b "$BUNDLE" "$ID"
  wait_until has_line 'bind=static:0' "$OUT"
  ok exec "$ID" sh -c "awk '{ print \$2 }' /proc/self/numa_maps"
  has bind=static:0
  edit '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "1023"}'
  program true
  refused run -b "$BUNDLE" "$ID-2"
  says "linux.memoryPolicy" "nodes online"
}

@test "CPUs: whatever the caller was bound to, the container gets its cgroup's" {
  (($(nproc) > 1)) || skip "one CPU"
  program grep Cpus_allowed_list /proc/self/status
  run -0 timeout 20 taskset -c 0 "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$ID"
  is $'Cpus_allowed_list:\t'"$(</sys/devices/system/cpu/online)"
}

@test "execCPUAffinity: final for exec, and not for the container" {
  (($(nproc) > 1)) || skip "one CPU"
  edit --arg cpu "$(last_cpu)" '.process.execCPUAffinity = {initial: "0", final: $cpu}'
  sh_program "grep Cpus_allowed_list /proc/self/status; $SLEEPER"
  ok run -d -b "$BUNDLE" "$ID"
  wait_until has_line "$(</sys/devices/system/cpu/online)" "$OUT"
  ok exec "$ID" grep Cpus_allowed_list /proc/self/status
  is $'Cpus_allowed_list:\t'"$(last_cpu)"
  jq '.process | .args = ["grep", "Cpus_allowed_list", "/proc/self/status"] | .execCPUAffinity = {final: "0"}' \
    config.json >"$T/process.json"
  ok exec --process "$T/process.json" "$ID"
  is $'Cpus_allowed_list:\t0'
}

@test "execCPUAffinity: a CPU that is not there" {
  sh_program "$SLEEPER"
  ok run -d -b "$BUNDLE" "$ID"
  jq '.process | .args = ["true"] | .execCPUAffinity = {final: "4000"}' config.json >"$T/process.json"
  refused exec --process "$T/process.json" "$ID"
  says process.execCPUAffinity.final "online"
  jq '.process | .args = ["true"] | .execCPUAffinity = {final: "9000"}' config.json >"$T/process.json"
  refused exec --process "$T/process.json" "$ID"
  says process.execCPUAffinity.final "above 8191"
}

@test "a caller with a real-time policy: inherited, or where v1 has no budget for it, told with the way out" {
  command -v chrt >/dev/null || skip "needs chrt(1)"
  program true
  REAL_RUNTIME=$MASU_RUNTIME
  printf '#!/bin/sh\nexec chrt --rr 5 %q "$@"\n' "$MASU_RUNTIME" >"$T/real-time"
  chmod +x "$T/real-time"
  MASU_RUNTIME=$T/real-time
  rt run -b "$BUNDLE" "$ID"
  if [[ $status != 0 ]]; then
    is 1 "$status"
    says "join the container's cgroups: invalid argument" realtimeRuntime "chrt --other 0"
    assert_nothing_left "$ID"
    MASU_RUNTIME=$REAL_RUNTIME sleeper
    refused exec "$ID" true
    says realtimeRuntime
  fi
}
