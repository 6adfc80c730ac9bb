#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# pause and resume: a container stands still and goes on; what other commands do to a paused one.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# counter : a container that lengthens the file /count as fast as it can. It appends, since ext4 writes a file that is
# cut off and written anew to the disk, and a busy disk was taken for a container that stands still.
counter() {
  sh_program 'while :; do echo >>/count; done'
  start_container
  wait_until test -s "$BUNDLE/rootfs/count"
}
count() { stat -c %s "$BUNDLE/rootfs/count"; }
counts_on() { (($(count) > $1)); }

@test "pause: nothing moves, until resume" {
  counter
  ok pause "$ID"
  is ""
  local before
  before=$(count)
  sleep 0.3
  is "$before" "$(count)"
  ok resume "$ID"
  is ""
  wait_until counts_on "$before"
}

@test "a paused container is told as paused" {
  sleeper
  ok pause "$ID"
  is paused "$(status_of "$ID")"
  ok list
  grep -qE "^$ID +[0-9]+ +paused +" "$OUT"
  ok list -f json
  jq -e --arg id "$ID" '.[] | select(.id == $id) | .status == "paused" and .pid > 1' "$OUT"
  ok ps -f json "$ID"
  jq -e 'length >= 1' "$OUT"
  ok resume "$ID"
  is running "$(status_of "$ID")"
}

@test "a created container can be paused, and is created again after resume" {
  program true
  create_container
  ok pause "$ID"
  is paused "$(status_of "$ID")"
  refused start "$ID"
  says paused
  ok resume "$ID"
  is created "$(status_of "$ID")"
  ok start "$ID"
  wait_for_stop
}

@test "pause and resume in the wrong state" {
  sleeper
  refused resume "$ID"
  says "container not paused"
  ok pause "$ID"
  refused pause "$ID"
  says "container not running" "paused already"
  is paused "$(status_of "$ID")"
  ok resume "$ID"
  ok kill "$ID" KILL
  wait_for_stop
  refused pause "$ID"
  says "container not running"
  refused resume "$ID"
  says "container not paused"
}

@test "pause and resume: an unknown id, a wrong command line" {
  refused pause "$ID-none"
  says "container does not exist"
  refused resume "$ID-none"
  says "container does not exist"
  refused pause
  refused resume
  refused pause one two
}

@test "pause reaches child cgroups" {
  sleeper
  mkdir "$(cgroup_dir freezer)/child"
  "$MASU_RUNTIME" --root "$ROOT" exec --detach --cgroup "$(if unified; then echo child; else echo freezer:child; fi)" "$ID" \
    sh -c 'while :; do echo x >>/dots; done' </dev/null >/dev/null 2>&1 3>&-
  dots() { stat -c %s "$BUNDLE/rootfs/dots"; }
  wait_until test -s "$BUNDLE/rootfs/dots"
  ok pause "$ID"
  local before
  before=$(dots)
  sleep 0.3
  is "$before" "$(dots)"
  is paused "$(status_of "$ID")"
  ok resume "$ID"
  more_than() { [[ $(dots) -gt $1 ]]; }
  wait_until more_than "$before"
}

@test "a container that forks without end can be paused" {
  sh_program 'while :; do (:); done'
  start_container
  local _
  for _ in 1 2 3 4 5; do
    ok pause "$ID"
    is paused "$(status_of "$ID")"
    ok resume "$ID"
    is running "$(status_of "$ID")"
  done
}

@test "exec is refused in a paused container" {
  sleeper
  ok pause "$ID"
  refused exec "$ID" true
  says "cannot exec in a paused container"
  ok resume "$ID"
  ok exec "$ID" true
}

@test "exec --ignore-paused waits for resume" {
  sleeper
  ok pause "$ID"
  timeout "$PATIENCE" "$MASU_RUNTIME" --root "$ROOT" exec --ignore-paused "$ID" sh -c 'echo it runs; exit 7' \
    </dev/null >"$T/exec" 2>&1 3>&- &
  local job=$!
  sleep 0.3
  [[ -d /proc/$job && ! -s $T/exec ]]
  ok resume "$ID"
  ends_with 7 "$job"
  is "it runs" "$(cat "$T/exec")"
}

@test "kill: KILL ends a paused container, TERM is there after resume" {
  sleeper
  ok pause "$ID"
  ok kill "$ID" TERM
  sleep 0.1
  is paused "$(status_of "$ID")"
  ok resume "$ID"
  wait_for_stop
  ok delete "$ID"

  sleeper
  ok pause "$ID"
  ok kill "$ID" KILL
  wait_for_stop
}

@test "delete of a paused container: refused, and done with --force" {
  sleeper
  ok pause "$ID"
  refused delete "$ID"
  says "that is not stopped: paused"
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}

@test "without cgroups there is nothing to pause by" {
  program sh -c 'trap "exit 0" TERM; while :; do sleep 1000 & wait $!; done'
  ok --cgroup-manager disabled create -b "$BUNDLE" "$ID"
  ok start "$ID"
  refused pause "$ID"
  says "made without cgroups"
  refused update --memory 64M "$ID"
  says "made without cgroups"
  refused events --stats "$ID"
  says "made without cgroups"
}
