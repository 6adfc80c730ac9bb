#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The runtime is killed in the middle of its work: whatever is there then, `delete --force` removes it, and twice is fine.

load helpers
setup() {
  make_bundle
  mkfifo "$T/never"
  exec {NEVER}<>"$T/never"
}
teardown() { clean_up; }

pause() { read -r -t "$1" -u "$NEVER" || true; } # sleep(1) without its fork

# microseconds COMMAND… : how long it takes.
microseconds() {
  local start=${EPOCHREALTIME/./}
  "$@" </dev/null >/dev/null 2>&1
  echo $((${EPOCHREALTIME/./} - start))
}

# kill_during ROUNDS COMMAND… : starts the runtime's COMMAND, kills it after a part of the time that it needs, from
# nothing to all, and cleans up after each round.
kill_during() {
  local rounds=$1 round pid took delay
  shift
  took=$(microseconds "$MASU_RUNTIME" --root "$ROOT" "$@" -b "$BUNDLE" "$ID")
  ok delete --force "$ID"
  for ((round = 0; round < rounds; round++)); do
    "$MASU_RUNTIME" --root "$ROOT" "$@" -b "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- {NEVER}>&- &
    pid=$!
    delay=$((took * round * 12 / 10 / rounds))
    pause "$(printf '0.%06d' $delay)"
    kill -KILL $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    ok delete --force "$ID"
    ok delete --force "$ID"
    assert_nothing_left "$ID" || { echo "killed after $delay µs of $took" >&2; return 1; }
  done
}

@test "SIGKILL during create" {
  program sleep 1000
  kill_during 25 create
}

@test "SIGKILL during create, with hooks, limits and many mounts" {
  edit '.hooks = {createRuntime: [{path: "/bin/sleep", args: ["sleep", "0.005"]}], poststop: [{path: "/bin/true"}]} |
    .linux.resources = {memory: {limit: 67108864}, pids: {limit: 20}} | .mounts += [range(20) | {destination: "/many/\(.)", type: "tmpfs", source: "tmpfs"}]'
  program sleep 1000
  kill_during 15 create
}

@test "SIGKILL during run" {
  program sleep 0.01
  kill_during 20 run
}

@test "SIGKILL during run --detach" {
  program sleep 1000
  kill_during 15 run --detach
}

@test "SIGKILL during create in a user namespace" {
  chown -hR 100000:100000 rootfs
  edit '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  program sleep 1000
  kill_during 15 create
}

@test "SIGKILL during start" {
  program sleep 1000
  local took round pid
  took=8000
  for round in {0..9}; do
    ok create -b "$BUNDLE" "$ID"
    "$MASU_RUNTIME" --root "$ROOT" start "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- {NEVER}>&- &
    pid=$!
    pause "$(printf '0.%06d' $((took * round / 10)))"
    kill -KILL $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    [[ $(status_of "$ID") == @(created|running) ]]
    ok delete --force "$ID"
    assert_nothing_left "$ID"
  done
}

@test "SIGKILL during delete" {
  local round pid
  for round in {0..9}; do
    sleeper
    "$MASU_RUNTIME" --root "$ROOT" delete --force "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- {NEVER}>&- &
    pid=$!
    pause "$(printf '0.%06d' $((round * 1500)))"
    kill -KILL $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    ok delete --force "$ID"
    ok delete --force "$ID"
    assert_nothing_left "$ID"
  done
}

@test "SIGKILL during exec: the container goes on" {
  sleeper
  local round pid
  for round in {0..9}; do
    "$MASU_RUNTIME" --root "$ROOT" exec "$ID" sleep 0.01 </dev/null >/dev/null 2>&1 3>&- 4>&- {NEVER}>&- &
    pid=$!
    pause "$(printf '0.%06d' $((round * 1000)))"
    kill -KILL $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    [[ $(status_of "$ID") == running ]]
  done
  ok exec "$ID" echo alive
  is alive
}

# What runs by then is the container's, as with runc: it is listed, and ends with it.
@test "the foreground runtime of an exec killed: its program goes on, and ends with the container" {
  sleeper
  "$MASU_RUNTIME" --root "$ROOT" exec "$ID" sleep 4321 </dev/null >/dev/null 2>&1 3>&- 4>&- {NEVER}>&- &
  local pid=$!
  sleeps() { ok ps "$ID" && has "sleep 4321"; }
  wait_until sleeps
  kill -KILL $pid
  wait $pid 2>/dev/null || true
  sleeps
  ok exec "$ID" true
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "the foreground runtime killed: the container can be deleted" {
  program sleep 1000
  "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- {NEVER}>&- &
  local pid=$!
  wait_until has_status "$ID" running
  kill -KILL $pid
  wait $pid 2>/dev/null || true
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "init killed from outside: stopped, and deleted without force" {
  program sleep 1000
  start_container
  kill -KILL "$(pid_of "$ID")"
  wait_for_stop
  ok delete "$ID"
}

@test "init of a created container killed from outside: start says so" {
  program sleep 1000
  create_container
  kill -KILL "$(pid_of "$ID")"
  wait_for_stop
  refused start "$ID"
  ok delete "$ID"
}

@test "the bundle is gone: state, kill and delete still work" {
  sleeper
  rm config.json
  mv rootfs "$T/elsewhere"
  [[ $(status_of "$ID") == running ]]
  ok kill "$ID" KILL
  wait_for_stop
  ok delete "$ID"
}

@test "damaged state: delete --force removes what is there" {
  program true
  start_container
  wait_for_stop
  local file
  while read -r file; do echo '{"half' >"$file"; done < <(find "$ROOT/$ID" -type f)
  rt state "$ID"
  [[ $status == 1 && -n $errors ]]
  rt list
  [[ $status == 0 ]]
  ok delete --force "$ID"
  [[ ! -e $ROOT/$ID ]]
  local dir
  cgroups_of "$ID" | sort -r | while read -r dir; do rmdir "$dir"; done # nothing tells any more where they are
}
