#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Orders of events that a quiet machine hardly ever shows; strace makes sure of them by delaying one system call.

load helpers
setup() {
  make_bundle
  command -v strace >/dev/null || skip "needs strace"
}
teardown() { clean_up; }

# delayed CALL[:when=N] ARG… : the runtime, each such call of parent or child delayed by half a second. As a function of
# rt: MASU_RUNTIME is replaced.
delayed() {
  printf '#!/bin/sh\nexec strace -f -qq -o %s -e trace=%s -e inject=%s:delay_enter=500000 %s "$@"\n' \
    "$T/strace" "${1%%:*}" "$1" "$MASU_RUNTIME" >"$T/delayed"
  chmod +x "$T/delayed"
  REAL_RUNTIME=$MASU_RUNTIME
  MASU_RUNTIME=$T/delayed
}

children_of() { cat /proc/"$1"/task/"$1"/children 2>/dev/null; }
has_child() { [[ -n $(children_of "$1") ]]; }

@test "seccomp notify: the program waits until its listener has been taken" {
  edit --arg s "$T/agent.sock" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: $s,
    syscalls: [{names: ["umask"], action: "SCMP_ACT_NOTIFY"}]}'
  python3 "$SUPPORT/seccomp-agent.py" "$T/agent.sock" 123 >"$T/state" 2>"$T/agent.err" 3>&- 4>&- &
  local agent=$!
  wait_until test -S "$T/agent.sock"
  delayed pidfd_getfd
  program true
  ok run -b "$BUNDLE" "$ID"
  wait $agent
}

# The child asks for a signal at its parent's end (prctl(2)); if that end came before, the socket has to tell it.
@test "SIGKILL of the runtime before its child has asked to hear of it" {
  delayed prctl
  "$MASU_RUNTIME" --root "$ROOT" create -b "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- &
  local tracer=$! runtime
  wait_until has_child $tracer
  runtime=$(children_of $tracer | tr -d ' ')
  wait_until has_child "$runtime"
  kill -KILL "$runtime"
  wait_until gone $tracer # it ends with the last process that it traces
  MASU_RUNTIME=$REAL_RUNTIME
  ok delete --force "$ID"
}
