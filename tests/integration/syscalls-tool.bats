#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tools/syscalls: the system calls of a runtime by process. Needs bpftrace, which the other tests do without.

# shellcheck disable=SC2154 # status, output and errors are set by helpers.bash
load helpers
setup() { make_bundle; }
teardown() { clean_up; }

# with_tracefs COMMAND… : in a mount namespace of its own that has it; the machine's mounts stay.
with_tracefs() {
  unshare --mount --propagation private sh -c \
    'mount -t tracefs tracefs /sys/kernel/tracing && exec "$@"' sh timeout 120 "$@"
}

@test "tools/syscalls: runtime, first process and program stand apart" {
  type -P bpftrace >/dev/null || skip "bpftrace is not installed"
  with_tracefs test -d /sys/kernel/tracing/events/raw_syscalls || skip "the kernel has no events of system calls"
  program true
  with_tracefs "$SUPPORT/../../tools/syscalls" "$MASU_RUNTIME" --root "$ROOT" run -b "$BUNDLE" "$ID" >"$T/table" 2>"$T/log" ||
    { cat "$T/log" >&2; return 1; }
  output=$(cat "$T/table")
  [[ $output =~ masu-runtime\ \(generation\ 0,\ thread\ [0-9]+\):\ [1-9][0-9]*\ calls ]]
  [[ $output =~ masu-runtime\ \(generation\ 1,\ thread\ [0-9]+\):\ [1-9][0-9]*\ calls ]]
  [[ $output =~ true\ \(generation\ 1,\ thread\ [0-9]+\):\ [1-9][0-9]*\ calls ]]
  grep -Eq '^ +[0-9.]+ ms +1  clone3$' "$T/table"
  grep -Eq '^ +[0-9.]+ ms +1  pivot_root$' "$T/table"
}

@test "tools/syscalls: without a command, and for one that is not there, it says so" {
  local tool=$SUPPORT/../../tools/syscalls
  run -1 "$tool"
  is 'syscalls: usage: tools/syscalls COMMAND [ARGUMENT...]'
  run -1 "$tool" no-such-program
  [[ $output == *'no such command: no-such-program' || $output == *'bpftrace is not installed'* ]]
}
