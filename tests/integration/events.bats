#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# events: the statistics that containerd's shim and Docker decode, the stream, the OOM killer, and that it ends.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# follow [ARG…] : starts `events ARG… $ID` in the background: its lines go to $T/events, its pid is $JOB.
follow() {
  timeout -k 5 60 "$MASU_RUNTIME" --root "$ROOT" events "$@" "$ID" </dev/null >"$T/events" 2>"$T/events.err" 3>&- &
  JOB=$!
}
lines() { [[ $(wc -l <"$T/events") -ge $1 ]]; } # lines MINIMUM
has_event() { jq -e --arg type "$1" 'select(.type == $type)' "$T/events" >/dev/null; }

# Every member that may be there, with the type of each, and those that have to be.
stats_are_valid() {
  jq -e --arg id "$ID" '
    def counter: (keys - ["limit", "usage", "max", "failcnt"] == []) and (map_values(type) | all(. == "number")) and has("limit") and has("failcnt");
    def line: keys == ["avg10", "avg300", "avg60", "total"] and all(type == "number");
    def psi: (.psi // {some: {avg10: 0, avg60: 0, avg300: 0, total: 0}, full: {avg10: 0, avg60: 0, avg300: 0, total: 0}}) | keys == ["full", "some"] and all(line);
    def numbers: . == null or (type == "array" and all(type == "number"));
    def entries: . == null or (type == "array" and all((keys - ["major", "minor", "op", "value"]) == []));
    keys_unsorted == ["type", "id", "data"] and .type == "stats" and .id == $id and
    (.data | keys == ["blkio", "cpu", "cpuset", "hugetlb", "intel_rdt", "memory", "network_interfaces", "pids"] and
      (.cpu | (keys - ["usage", "throttling", "psi"] == []) and psi and
        (.usage | (keys - ["total", "percpu", "percpu_kernel", "percpu_user", "kernel", "user"] == []) and
          (.kernel | type == "number") and (.user | type == "number") and (.total | type == "number") and
          (.percpu | numbers) and (.percpu_kernel | numbers) and (.percpu_user | numbers)) and
        (.throttling | (keys - ["periods", "throttledPeriods", "throttledTime"] == []))) and
      (.cpuset | (keys - ["cpus", "cpu_exclusive", "mems", "mem_hardwall", "mem_exclusive", "memory_migrate", "memory_spread_page",
        "memory_spread_slab", "memory_pressure", "sched_load_balance", "sched_relax_domain_level"] == []) and (.cpus | numbers) and (.mems | numbers)) and
      (.memory | (keys - ["cache", "usage", "swap", "kernel", "kernelTCP", "raw", "psi"] == []) and psi and
        (.usage | counter) and (.swap | counter) and (.kernel | counter) and (.kernelTCP | counter) and
        (.raw | length > 10 and all(type == "number"))) and
      (.pids | keys - ["current", "limit"] == []) and
      (.blkio | psi and (del(.psi) | all(entries)) and
        (keys - ["ioServiceBytesRecursive", "ioServicedRecursive", "ioQueueRecursive", "ioServiceTimeRecursive", "ioWaitTimeRecursive",
          "ioMergedRecursive", "ioTimeRecursive", "sectorsRecursive", "psi"] == [])) and
      (.hugetlb | all((keys - ["usage", "max", "failcnt"]) == [])))' "$1"
}

@test "events --stats: one line, with the members of runc's types" {
  need_controller memory
  need_controller pids
  edit '.linux.resources.memory = {limit: 67108864} | .linux.resources.pids = {limit: 99}'
  sleeper
  ok events --stats "$ID"
  [[ $(wc -l <"$OUT") == 1 ]]
  stats_are_valid "$OUT"
  jq -e '.data | .memory.usage.limit == 67108864 and .memory.usage.usage > 0 and .pids.limit == 99 and .pids.current >= 1 and
    .cpu.usage.total > 0' "$OUT"
}

@test "events --stats: no limit is 0 for pids, and a number for memory" {
  need_controller memory
  sleeper
  ok events --stats "$ID"
  stats_are_valid "$OUT"
  jq -e '.data | (.pids.limit == null) and .memory.usage.limit >= 9223372036854771712' "$OUT"
}

@test "events --stats: what a container does is seen" {
  need_controller cpu
  edit '.linux.resources.cpu = {quota: 2000, period: 100000}'
  sh_program 'while :; do :; done'
  start_container
  throttled() {
    rt events --stats "$ID"
    jq -e '.data.cpu | .throttling.throttledPeriods > 1 and .throttling.throttledTime > 1000000 and .usage.total > 1000000' "$OUT" >/dev/null
  }
  wait_until throttled
}

@test "events --stats: of a created, of a paused container" {
  program sleep 1000
  create_container
  ok events --stats "$ID"
  stats_are_valid "$OUT"
  ok start "$ID"
  ok pause "$ID"
  ok events --stats "$ID"
  stats_are_valid "$OUT"
}

@test "events: statistics at each interval, until the container ends" {
  sleeper
  follow --interval 100ms
  wait_until lines 3
  ok kill "$ID" TERM
  ends_with 0 "$JOB"
  is "" "$(cat "$T/events.err")"
  local line
  while read -r line; do stats_are_valid <(echo "$line"); done <"$T/events"
}

@test "events: a container that ends ends it at once, however long the interval" {
  sleeper
  follow --interval 1h
  sleep 0.3
  [[ -d /proc/$JOB ]]
  ok kill "$ID" KILL
  local begin=$SECONDS
  ends_with 0 "$JOB"
  ((SECONDS - begin < 5))
  is "" "$(cat "$T/events")"
}

@test "events: a container that is deleted ends it" {
  sleeper
  follow --interval 50ms
  wait_until lines 1
  ok delete --force "$ID"
  ends_with 0 "$JOB"
  is "" "$(cat "$T/events.err")"
}

@test "events: a reader that goes ends it" {
  sleeper
  run -0 timeout 15 bash -c 'set -o pipefail; "$1" --root "$2" events --interval 1h "$3" </dev/null | true' _ "$MASU_RUNTIME" "$ROOT" "$ID"
  is running "$(status_of "$ID")"
}

@test "events: the OOM killer is told" {
  need_controller memory
  use_probe
  edit '.linux.resources.memory = {limit: 33554432}'
  sleeper
  follow --interval 1h
  sleep 0.3
  exits 137 exec "$ID" probe eat 200
  wait_until has_event oom
  local cause=""
  if unified; then cause=$(cgroup_dir memory); fi # v1 does not tell
  jq -e --arg id "$ID" --arg cause "$cause" '. == {type: "oom", id: $id} + if $cause == "" then {} else {cause: $cause} end' "$T/events"
  is running "$(status_of "$ID")"
  ok kill "$ID" KILL
  ends_with 0 "$JOB"
}

@test "events: an OOM kill that ends the container is told before the end" {
  need_controller memory
  use_probe
  edit '.linux.resources.memory = {limit: 33554432}'
  sh_program 'while [ ! -e /go ]; do sleep 0.05; done; exec probe eat 200'
  start_container
  follow --interval 1h
  sleep 0.3
  touch "$BUNDLE/rootfs/go"
  ends_with 0 "$JOB"
  has_event oom
}

@test "events --pressure: told when tasks wait for the cpu" {
  [[ -e /proc/pressure/cpu ]] || skip "this kernel has no PSI"
  grep -q " - cgroup2 " /proc/self/mountinfo || skip "pressure is told by cgroup v2 alone"
  sh_program 'while [ ! -e /go ]; do sleep 0.05; done; i=0; while [ $i -lt 8 ]; do (while :; do :; done) & i=$((i + 1)); done; wait'
  start_container
  follow --interval 1h --pressure cpu:some:100ms/2s --pressure io:full
  sleep 0.3
  touch "$BUNDLE/rootfs/go"
  wait_until has_event pressure
  jq -e --arg id "$ID" '. == {type: "pressure", id: $id, data: {resource: "cpu", kind: "some"}}' <(head -1 "$T/events")
  ok kill "$ID" KILL
  ends_with 0 "$JOB"
}

@test "events --pressure: junk" {
  refused events --pressure memory:half "$ID"
  says "--pressure 'memory:half'" "expected cpu, memory or io"
}

@test "events: intervals that are none" {
  sleeper
  local interval
  for interval in 0 0s -5s; do
    refused events --interval "$interval" "$ID"
    says "duration interval must be greater than 0"
  done
  for interval in 5 abc 5x ''; do
    refused events "--interval=$interval" "$ID"
    says "expected a duration"
  done
}

@test "events: a stopped container, an unknown one, a wrong command line" {
  program true
  start_container
  wait_for_stop
  refused events --stats "$ID"
  says "not running"
  refused events "$ID"
  says "not running"
  refused events --stats "$ID-none"
  says "container does not exist"
  refused events
  refused events one two
}
