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
teardown() {
  [[ -z ${NETNS:-} ]] || ip netns delete "$NETNS"
  clean_up
}

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

# A program that counts in memory, and tells the number in /tmp/count and on its stdout; ends with 7 for /tmp/stop.
counter() {
  sh_program 'i=0; while [ ! -e /tmp/stop ]; do i=$((i+1)); echo $i >/tmp/count.new; mv /tmp/count.new /tmp/count; echo $i; sleep 0.1; done; exit 7'
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

@test "again and again" {
  start_counter
  local round
  for round in 1 2 3; do
    rm -rf "$T/image"
    dump
    restore
    wait_until has_counted $((round * 4))
  done
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

@test "in the foreground: output and exit code" {
  start_counter
  dump
  "$MASU_RUNTIME" --root "$ROOT" restore --image-path "$T/image" -b "$BUNDLE" "$ID" </dev/null > >(exec cat >"$T/after") 2>&1 3>&- 4>&- &
  local job=$!
  wait_until has_status "$ID" running
  ok exec "$ID" touch /tmp/stop
  ends_with 7 "$job"
  assert_nothing_left "$ID"
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

@test "binds, masked paths, devices and names are as they were" {
  mkdir "$T/shared" "$T/shared/below" "$BUNDLE/rootfs/run"
  ln -s /run "$BUNDLE/rootfs/var/run"
  echo yes >"$T/shared/file"
  mount -t tmpfs below "$T/shared/below"
  touch "$T/shared/below/deep"
  add_mount "{\"destination\": \"/var/run/data\", \"type\": \"bind\", \"source\": \"$T/shared\", \"options\": [\"rbind\", \"ro\"]}"
  add_mount "{\"destination\": \"/etc/one\", \"type\": \"bind\", \"source\": \"$T/shared/file\", \"options\": [\"bind\"]}"
  edit '.linux.maskedPaths += ["/proc/sched_debug", "/proc/timer_list", "/proc/keys"]'
  start_counter
  local look='cat /run/data/file /etc/one; ls /run/data/below; hostname; cat /proc/kcore /proc/keys | wc -c; ls /sys/firmware | wc -l
    stat -c %t:%T /dev/null /dev/full; touch /run/data/x 2>/dev/null || echo ro; cut -d" " -f5 /proc/self/mountinfo | sort'
  ok exec "$ID" sh -c "$look"
  local before=$output
  dump
  restore
  ok exec "$ID" sh -c "$look"
  is "$before"
  umount "$T/shared/below"
}

@test "a read-only root is one again" {
  edit '.root.readonly = true'
  start_counter
  local look='touch /made 2>&1; awk "\$5 == \"/\" {print \$6}" /proc/self/mountinfo'
  rt exec "$ID" sh -c "$look"
  local before=$output
  has "Read-only file system"
  dump
  restore
  rt exec "$ID" sh -c "$look"
  is "$before"
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

@test "a hook that fails ends the restore, and nothing is left" {
  start_counter
  dump
  edit '.hooks = {createRuntime: [{path: "/bin/false"}]}'
  refused restore -d --image-path "$T/image" -b "$BUNDLE" "$ID"
  says createRuntime
  assert_nothing_left "$ID"
}

@test "a network namespace that was joined is joined again" {
  NETNS=$ID
  ip netns add "$NETNS"
  join_namespace network "/run/netns/$NETNS"
  start_counter
  dump
  restore
  is "$(stat -Lc %i "/run/netns/$NETNS")" "$(stat -Lc %i "/proc/$(pid_of "$ID")/ns/net")"
}

@test "limits and cgroup are the bundle's" {
  edit '.linux.resources = {pids: {limit: 40}, memory: {limit: 134217728}}'
  start_counter
  dump
  edit '.linux.resources.pids.limit = 41'
  restore
  limit_is pids pids.max 41 pids.max 41
  limit_is memory memory.limit_in_bytes 134217728 memory.max 134217728
  [[ $(cgroup_dir pids) == *"$ID"* ]]
  ok pause "$ID"
  has_status "$ID" paused
  ok resume "$ID"
}

@test "by systemd" {
  [[ -d /run/systemd/system ]] || skip "needs systemd as PID 1"
  edit --arg path "machine.slice:masu:$ID" '.linux.cgroupsPath = $path'
  counter
  piped before --systemd-cgroup run -d -b "$BUNDLE" "$ID"
  wait_until has_counted 3
  dump
  piped after --systemd-cgroup restore -d --image-path "$T/image" -b "$BUNDLE" "$ID"
  [[ $(cgroup_dir pids) == */machine.slice/masu-$ID.scope* ]]
  wait_until has_counted 5
  ok delete --force "$ID"
}

@test "images that are damaged: CRIU's words, and nothing is left" {
  start_counter
  dump
  rm "$T"/image/core-*.img # without pstree.img, 3.17 ends by a signal
  refused restore -d --image-path "$T/image" -b "$BUNDLE" "$ID"
  says "restore container '$ID'" "CRIU: Error (" "Unexpected EOF" "CRIU's log is $T/image/restore.log"
  assert_nothing_left "$ID"
}

@test "killed at a restore, it leaves what delete removes" {
  start_counter
  dump
  printf '#!/bin/sh\necho $$ >%s/hook.pid\nexec sleep 1000\n' "$T" >"$T/hook"
  chmod 755 "$T/hook"
  edit --arg hook "$T/hook" '.hooks = {createRuntime: [{path: $hook}]}'
  "$MASU_RUNTIME" --root "$ROOT" restore -d --image-path "$T/image" -b "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- &
  local job=$!
  wait_until test -s "$T/hook.pid"
  kill -KILL "$job"
  wait "$job" || true
  kill "$(cat "$T/hook.pid")" 2>/dev/null || true
  ok delete --force "$ID"
  assert_nothing_left "$ID"
}
