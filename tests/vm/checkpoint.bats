#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# checkpoint and restore by CRIU, where it works.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load ../integration/helpers
setup() {
  command -v criu >/dev/null || skip "criu is not installed"
  criu check >"$BATS_TEST_TMPDIR/check" 2>&1 || skip "criu does not work here: $(head -n 1 "$BATS_TEST_TMPDIR/check")"
  make_bundle
  PATIENCE=60
  edit '.mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs"},
    {destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["ro"]}]'
}
teardown() { clean_up; }

# An emulated machine takes its time for a restore.
wait_until() {
  local end=$((SECONDS + 60))
  until "$@"; do
    ((SECONDS < end)) || { echo "in vain: $*" >&2; return 1; }
    sleep 0.1
  done
}

# piped NAME ARG… : the runtime succeeds, with a pipe for stdout and stderr, of which all is written to $T/NAME.
piped() {
  local pipe
  exec {pipe}> >(exec cat >"$T/$1" 3>&- 4>&-)
  status=0
  timeout -k 5 "$PATIENCE" "$MASU_RUNTIME" --root "$ROOT" "${@:2}" </dev/null >&"$pipe" 2>&1 3>&- 4>&- {pipe}>&- || status=$?
  exec {pipe}>&-
  [[ $status == 0 ]] || { echo "${*:2}: status $status" >&2; cat "$T/$1" >&2; show_log; return 1; }
}
show_log() { ! tail -n 15 "$T"/image/*.log "$T"/work/*.log 2>/dev/null >&2; }

# A program that counts in memory, and tells the number in /tmp/count and on its stdout.
counter() {
  sh_program 'i=0; while :; do i=$((i+1)); echo $i >/tmp/count.new; mv /tmp/count.new /tmp/count; echo $i; sleep 0.1; done'
}
count() { "$MASU_RUNTIME" --root "$ROOT" exec "$ID" cat /tmp/count 2>/dev/null 3>&- 4>&-; }
has_counted() { (($(count || echo 0) > $1)); }
prints() { (($(tail -n 1 "$T/$1" 2>/dev/null || echo 0) > $2)); }

start_counter() {
  counter
  piped before run -d -b "$BUNDLE" "$ID"
  wait_until has_counted 3
}
dump() { ok checkpoint --image-path "$T/image" "$@" "$ID" || { show_log; return 1; }; }
restore() { piped after restore -d --image-path "$T/image" -b "$BUNDLE" "$@" "$ID"; }

@test "memory, pipes and the tmpfs are there again; the container is gone meanwhile" {
  start_counter
  local old
  dump
  old=$(tail -n 1 "$T/before")
  assert_nothing_left "$ID"
  restore --pid-file "$T/pid"
  has_status "$ID" running
  is "$(pid_of "$ID")" "$(cat "$T/pid")"
  wait_until has_counted "$old"
  wait_until prints after "$old"
  # Not from the beginning.
  (($(head -n 1 "$T/after") >= old))
  ok exec "$ID" sh -c 'cat /proc/1/cmdline | grep -q count'
}

@test "--leave-running" {
  start_counter
  dump --leave-running --work-path "$T/work"
  has_status "$ID" running
  [[ -s $T/work/dump.log ]]
  local now
  now=$(count)
  wait_until has_counted "$now"
  ok delete --force "$ID"
  restore
  wait_until has_counted "$now"
}

@test "a paused container stays paused with --leave-running" {
  start_counter
  ok pause "$ID"
  dump --leave-running
  has_status "$ID" paused
  ok resume "$ID"
}

@test "pre-dumps, and what has changed since" {
  start_counter
  ok checkpoint --pre-dump --image-path "$T/first" "$ID"
  ok checkpoint --pre-dump --image-path "$T/second" --parent-path ../first "$ID"
  has_status "$ID" running
  dump --parent-path ../second
  [[ -L $T/image/parent && ! -e $T/first/descriptors.json ]]
  local old
  old=$(tail -n 1 "$T/before")
  restore
  wait_until has_counted "$old"
  refused checkpoint --parent-path ../none --image-path "$T/other" "$ID"
  says --parent-path "no such file or directory"
}

@test "a terminal comes through the console socket" {
  edit '.process.terminal = true'
  sh_program 'i=0; while :; do i=$((i+1)); echo "at $i"; sleep 0.1; done'
  python3 "$SUPPORT/recvtty.py" "$T/one" "$T/one.tty" >"$T/got" 2>&1 3>&- 4>&- &
  wait_until test -S "$T/one"
  ok run -d --console-socket "$T/one" -b "$BUNDLE" "$ID"
  wait_until has_line "at 3" "$T/one.tty"
  dump
  python3 "$SUPPORT/recvtty.py" "$T/two" "$T/two.tty" >"$T/got" 2>&1 3>&- 4>&- &
  wait_until test -S "$T/two"
  restore --console-socket "$T/two"
  wait_until has_line "at " "$T/two.tty"
  is "" "$(grep -x $'at 1\r' "$T/two.tty" || true)"
  ok delete --force "$ID"
}

@test "hooks run, in the host's namespaces, and get the pid" {
  printf '#!/bin/sh\ncat >%s/state.$1; readlink /proc/self/ns/mnt >%s/mnt.$1\n' "$T" "$T" >"$T/hook"
  chmod 755 "$T/hook"
  edit --arg hook "$T/hook" '.hooks = {prestart: [{path: $hook, args: ["hook", "prestart"]}],
    createRuntime: [{path: $hook, args: ["hook", "createRuntime"]}], poststop: [{path: $hook, args: ["hook", "poststop"]}]}'
  start_counter
  dump
  [[ -e $T/state.poststop ]]
  rm "$T"/state.*
  restore
  is "creating true" "$(jq -r '"\(.status) \(.pid > 0)"' "$T/state.prestart")"
  is "$(readlink /proc/self/ns/mnt)" "$(cat "$T/mnt.createRuntime")"
}
