#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Orders of events that a quiet machine hardly ever shows; strace makes sure of them by delaying or failing a system call.

load helpers
setup() {
  make_bundle
  command -v strace >/dev/null || skip "needs strace"
}
teardown() { clean_up; }

# injected CALL:WHAT : from now on the runtime runs with this strace(1) injection in it and in its child.
injected() {
  REAL_RUNTIME=$MASU_RUNTIME
  printf '#!/bin/sh\nexec strace -f -qq -o %s -e trace=%s -e inject=%s %s "$@"\n' \
    "$T/strace" "${1%%:*}" "$1" "$MASU_RUNTIME" >"$T/injected"
  chmod +x "$T/injected"
  MASU_RUNTIME=$T/injected
}

children_of() { cat /proc/"$1"/task/"$1"/children 2>/dev/null; }
# child_named NAME PID, has_child NAME PID
child_named() {
  local child
  for child in $(children_of "$2"); do
    [[ $(cat "/proc/$child/comm" 2>/dev/null) != "$1" ]] || echo "$child"
  done
}
has_child() { [[ -n $(child_named "$1" "$2") ]]; }
has_children() { [[ $(children_of "$2" | wc -w) == "$1" ]]; } # has_children COUNT PID

@test "seccomp notify: the program waits until its listener has been taken" {
  edit --arg s "$T/agent.sock" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: $s,
    syscalls: [{names: ["umask"], action: "SCMP_ACT_NOTIFY"}]}'
  python3 "$SUPPORT/seccomp-agent.py" "$T/agent.sock" 123 >"$T/state" 2>"$T/agent.err" 3>&- 4>&- &
  local agent=$!
  wait_until test -S "$T/agent.sock"
  injected pidfd_getfd:delay_enter=500000
  program true
  ok run -b "$BUNDLE" "$ID"
  wait $agent
}

# exec_in_background : an exec whose process stands still before it becomes its user; the pids in $RUNTIME and $CHILD.
exec_in_background() {
  injected setresgid:delay_enter=2000000
  timeout 20 "$MASU_RUNTIME" --root "$ROOT" exec "$ID" sleep 1000 </dev/null >/dev/null 2>"$T/err" 3>&- 4>&- &
  JOB=$!
  MASU_RUNTIME=$REAL_RUNTIME
  # timeout, strace, the runtime, the process of the container
  wait_until has_children 1 $JOB
  local tracer
  tracer=$(children_of $JOB | tr -d ' ')
  wait_until has_children 1 "$tracer"
  RUNTIME=$(children_of "$tracer" | tr -d ' ')
  wait_until has_children 1 "$RUNTIME"
  CHILD=$(children_of "$RUNTIME" | tr -d ' ')
  wait_until grep -q setresgid "$T/strace"
}

@test "exec: its process killed before the program runs: the signal's exit code, and where it was" {
  sleeper
  exec_in_background
  kill -KILL "$CHILD"
  ends_with 137 "$JOB"
  has_line "killed at step 'user'" "$T/err"
}

@test "exec: SIGKILL before the program runs takes the process along" {
  sleeper
  exec_in_background
  kill -KILL "$RUNTIME"
  wait_until gone "$CHILD" # at once by its signal, or when it finds that nobody listens
  wait "$JOB" || true
  ok ps -f json "$ID"
  is 2 "$(jq length <<<"$output")" # the shell and its sleep
}

# The child asks for a signal at its parent's end (prctl(2)), but that may have come before: then the socket has to tell.
@test "SIGKILL of the runtime, of which its child gets no signal" {
  edit '.hooks.createRuntime = [{path: "/bin/sleep", args: ["sleep", "1000"]}]'
  injected prctl:retval=0 # without effect
  "$MASU_RUNTIME" --root "$ROOT" create -b "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- &
  local tracer=$! runtime hook
  wait_until has_children 1 $tracer
  runtime=$(children_of $tracer | tr -d ' ')
  wait_until has_child sleep "$runtime" # the hook, for which init waits
  hook=$(child_named sleep "$runtime")
  kill -KILL "$runtime"
  kill "$hook"
  wait_until gone $tracer # it ends with the last process that it traces
  MASU_RUNTIME=$REAL_RUNTIME
  ok delete --force "$ID"
}

# A filter of systemd's (RestrictAddressFamilies) or an engine's: then there is no loopback, which is said.
@test "a caller that may not have internet sockets: the container runs, and a warning tells of the loopback" {
  injected socket:error=EAFNOSUPPORT
  sh_program 'cat /sys/class/net/lo/operstate'
  rt --log-level warning run -b "$BUNDLE" "$ID"
  is "0 down" "$status $output"
  says loopback "address family not supported"
}

# What containerd's shim and CRI-O look for, in small letters.
@test "kill: a process that ends meanwhile is no such process" {
  sleeper
  injected pidfd_send_signal:error=ESRCH
  rt kill "$ID" TERM
  MASU_RUNTIME=$REAL_RUNTIME
  is 1 "$status"
  says "no such process"
}

# CVE-2016-9962: root of a user namespace, with all rights there, looks at a process that is joining it and stands still
# before it changes its ids. Only that it is not dumpable keeps it shut.
@test "exec into a user namespace: the container cannot open the process before it is the container's" {
  edit '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"]) | .linux.namespaces += [{type: "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
  chown -hR 100000:100000 rootfs
  sh_program 'echo looking; while :; do for process in /proc/[0-9]*; do
    [ $(readlink $process/exe || echo /bin/busybox) = /bin/busybox ] || echo open $process; done; done'
  start_container
  wait_until has_line looking "$CONTAINER_OUT"
  injected setgroups:delay_enter=500000
  ok exec "$ID" true
  MASU_RUNTIME=$REAL_RUNTIME
  run ! grep open "$CONTAINER_OUT"
}
