#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# seccomp: actions, argument comparisons, the ENOSYS rule, flags, the notify listener.

load helpers
setup() {
  make_bundle
  [[ $(uname -m) == x86_64 ]] || skip "the call numbers in these tests are x86-64's"
  use_probe
}
teardown() { clean_up; }

# Numbers of x86-64: umask 95, swapon 167, personality 135. umask takes any argument and never fails by itself.
UMASK=95 SWAPON=167

# rules JSON-ARRAY [DEFAULT-ACTION] : the profile.
rules() {
  edit --argjson rules "$1" --arg default "${2:-SCMP_ACT_ALLOW}" \
    '.linux.seccomp = {defaultAction: $default, architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], syscalls: $rules}'
}

# on_umask ARGS-JSON : umask with these arguments gives EXDEV.
on_umask() { rules "[{\"names\": [\"umask\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 18, \"args\": $1}]"; }

# What a static program of glibc and a shell need, and the Go and C runtimes that load the filter before the exec.
BASIC='["access", "arch_prctl", "brk", "capget", "capset", "chdir", "clone", "clone3", "close", "close_range", "dup2", "dup3", "epoll_create1", "epoll_ctl", "epoll_pwait",
  "execve", "exit", "exit_group", "faccessat", "faccessat2", "fchown", "fcntl", "fork", "fstat", "fstatfs", "futex", "getcwd", "getdents64", "getegid", "geteuid", "getgid",
  "getpgrp", "getpid", "getppid", "getrandom", "getsid", "gettid", "getuid", "ioctl", "lseek", "lstat", "madvise", "mmap", "mprotect", "munmap", "nanosleep", "newfstatat", "open",
  "openat", "openat2", "pipe", "pipe2", "poll", "prctl", "prlimit64", "pselect6", "read", "readlink", "readlinkat", "restart_syscall", "rseq", "rt_sigaction", "rt_sigprocmask",
  "rt_sigreturn", "sched_getaffinity", "sched_yield", "set_robust_list", "set_tid_address", "setgid", "setgroups", "setresgid", "setresuid", "setsid", "setuid", "sigaltstack", "stat",
  "statfs", "statx", "tgkill", "uname", "vfork", "wait4", "write", "writev"]'

@test "ERRNO: EPERM by default, or errnoRet; other calls are untouched" {
  rules '[{"names": ["umask"], "action": "SCMP_ACT_ERRNO"}, {"names": ["swapon"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]'
  in_container "probe syscall $UMASK; probe syscall $SWAPON; grep Seccomp: /proc/self/status"
  is $'EPERM\nENOSPC\nSeccomp:\t2'
}

@test "a filter without no_new_privs" {
  edit '.process.noNewPrivileges = false'
  rules '[{"names": ["umask"], "action": "SCMP_ACT_ERRNO", "errnoRet": 18}]'
  in_container "probe syscall $UMASK; grep NoNewPrivs /proc/self/status"
  is $'EXDEV\nNoNewPrivs:\t0'
}

@test "KILL_PROCESS ends with SIGSYS: 128+31" {
  rules '[{"names": ["umask"], "action": "SCMP_ACT_KILL_PROCESS"}]'
  program probe syscall $UMASK
  exits 159 run -b "$BUNDLE" "$ID"
  rules '[{"names": ["umask"], "action": "SCMP_ACT_KILL"}]'
  exits 159 run -b "$BUNDLE" "$ID"
}

@test "TRAP is SIGSYS, TRACE without a tracer ENOSYS, LOG and ALLOW let the call through" {
  rules '[{"names": ["umask"], "action": "SCMP_ACT_TRAP"}]'
  program probe syscall $UMASK
  exits 159 run -b "$BUNDLE" "$ID"
  rules '[{"names": ["umask"], "action": "SCMP_ACT_TRACE"}]'
  ok run -b "$BUNDLE" "$ID"
  is ENOSYS
  rules '[{"names": ["umask"], "action": "SCMP_ACT_LOG"}]'
  ok run -b "$BUNDLE" "$ID"
  is 18 # 0022
}

@test "default deny: what is listed works, the rest gives the default errno" {
  rules "[{\"names\": $BASIC, \"action\": \"SCMP_ACT_ALLOW\"}]" SCMP_ACT_ERRNO
  edit '.linux.seccomp.defaultErrnoRet = 61'
  program probe syscall $SWAPON
  ok run -b "$BUNDLE" "$ID"
  is ENODATA
  edit 'del(.linux.seccomp.defaultErrnoRet)'
  ok run -b "$BUNDLE" "$ID"
  is EPERM
}

@test "default deny: calls newer than the newest in the profile are ENOSYS" {
  # The newest call of the list is faccessat2, 439.
  rules "[{\"names\": $BASIC, \"action\": \"SCMP_ACT_ALLOW\"}]" SCMP_ACT_ERRNO
  local number
  for number in 440 449 500; do
    program probe syscall $number
    ok run -b "$BUNDLE" "$ID"
    is ENOSYS
  done
  program probe syscall 438 # older than the newest, not listed
  ok run -b "$BUNDLE" "$ID"
  is EPERM
}

@test "default allow: no ENOSYS rule" {
  rules '[{"names": ["umask"], "action": "SCMP_ACT_ERRNO"}]'
  in_container 'probe syscall 434 1 0' # pidfd_open
  [[ $output =~ ^[0-9]+$ ]]
}

@test "arguments: the seven comparisons" {
  local op below equal above n=0
  while read -r op below equal above; do
    on_umask "[{\"index\": 0, \"value\": 16, \"op\": \"$op\"}]"
    in_container "for a in 15 16 17; do probe syscall $UMASK \$a; done"
    is "$below $equal $above" "$(tr '[:digit:]' . <<<"$output" | tr -s . | xargs)"
    n=$((n + 1))
  done <<'TABLE'
SCMP_CMP_NE EXDEV . EXDEV
SCMP_CMP_LT EXDEV . .
SCMP_CMP_LE EXDEV EXDEV .
SCMP_CMP_EQ . EXDEV .
SCMP_CMP_GE . EXDEV EXDEV
SCMP_CMP_GT . . EXDEV
TABLE
  [[ $n == 6 ]]
  # MASKED_EQ: value is the mask, valueTwo what must be left.
  on_umask '[{"index": 0, "value": 240, "valueTwo": 16, "op": "SCMP_CMP_MASKED_EQ"}]'
  in_container "for a in 15 16 31 32; do probe syscall $UMASK \$a; done"
  is ". EXDEV EXDEV ." "$(tr '[:digit:]' . <<<"$output" | tr -s . | xargs)"
}

@test "arguments: 64 bits are compared" {
  on_umask '[{"index": 0, "value": 4294967296, "op": "SCMP_CMP_EQ"}]'
  in_container "for a in 0 0x100000000 0x100000001 0x200000000; do probe syscall $UMASK \$a; done"
  is ". EXDEV . ." "$(tr '[:digit:]' . <<<"$output" | tr -s . | xargs)"
  on_umask '[{"index": 0, "value": 4294967296, "op": "SCMP_CMP_GE"}]'
  in_container "for a in 0xffffffff 0x100000000 0x7fffffffffffffff; do probe syscall $UMASK \$a; done"
  is ". EXDEV EXDEV" "$(tr '[:digit:]' . <<<"$output" | tr -s . | xargs)"
}

@test "arguments: several of one rule must all match, several rules are alternatives" {
  on_umask '[{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}]'
  in_container "probe syscall $UMASK 1 2; probe syscall $UMASK 1 3; probe syscall $UMASK 0 2"
  is "EXDEV . ." "$(tr '[:digit:]' . <<<"$output" | tr -s . | xargs)"
  rules '[{"names": ["umask"], "action": "SCMP_ACT_ERRNO", "errnoRet": 18, "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
    {"names": ["umask"], "action": "SCMP_ACT_ERRNO", "errnoRet": 18, "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]}]'
  in_container "for a in 1 2 3; do probe syscall $UMASK \$a; done"
  is "EXDEV EXDEV ." "$(tr '[:digit:]' . <<<"$output" | tr -s . | xargs)"
}

@test "arguments: two conditions on one argument are alternatives" {
  on_umask '[{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]'
  in_container "for a in 1 2 3; do probe syscall $UMASK \$a; done"
  is "EXDEV EXDEV ." "$(tr '[:digit:]' . <<<"$output" | tr -s . | xargs)"
}

@test "names that no architecture knows are skipped, and rules equal to the default" {
  rules '[{"names": ["no_such_call", "umask"], "action": "SCMP_ACT_ERRNO"}, {"names": ["swapon"], "action": "SCMP_ACT_ALLOW"}]'
  in_container "probe syscall $UMASK"
  is EPERM
}

@test "no architectures: the native one" {
  rules '[{"names": ["umask"], "action": "SCMP_ACT_ERRNO"}]'
  edit 'del(.linux.seccomp.architectures)'
  in_container "probe syscall $UMASK"
  is EPERM
}

@test "flags: known ones are taken, unknown ones refused" {
  rules '[{"names": ["umask"], "action": "SCMP_ACT_ERRNO"}]'
  local flags
  for flags in '[]' '["SECCOMP_FILTER_FLAG_LOG"]' '["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]' '["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG"]'; do
    edit --argjson flags "$flags" '.linux.seccomp.flags = $flags'
    in_container "probe syscall $UMASK"
    is EPERM
  done
  edit '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_NONE_SUCH"]'
  refused run -b "$BUNDLE" "$ID"
  says "linux.seccomp.flags[0]"
  assert_nothing_left "$ID"
}

@test "bad profiles are refused with their path" {
  program true
  rules '[{"names": ["umask"], "action": "SCMP_ACT_NONSENSE"}]'
  refused run -b "$BUNDLE" "$ID"
  says "linux.seccomp.syscalls[0].action"
  rules '[{"names": ["umask"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 6, "value": 0, "op": "SCMP_CMP_EQ"}]}]'
  refused run -b "$BUNDLE" "$ID"
  says "linux.seccomp.syscalls[0].args[0].index"
  rules '[{"names": ["umask"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_ABOUT"}]}]'
  refused run -b "$BUNDLE" "$ID"
  says "linux.seccomp.syscalls[0].args[0].op"
  rules '[]' SCMP_ACT_NOTIFY
  refused run -b "$BUNDLE" "$ID"
  says "linux.seccomp.defaultAction"
  edit '.linux.seccomp = {}'
  refused run -b "$BUNDLE" "$ID"
  says "linux.seccomp.defaultAction"
  assert_nothing_left "$ID"
}

@test "the same profile many times: the second start uses what the first has compiled, a damaged cache does no harm" {
  rules '[{"names": ["umask"], "action": "SCMP_ACT_ERRNO"}]'
  in_container "probe syscall $UMASK"
  is EPERM
  in_container "probe syscall $UMASK"
  is EPERM
  local file
  while read -r file; do
    printf 'damaged' | dd of="$file" conv=notrunc bs=1 seek=9 status=none
  done < <(find "$ROOT" -type f)
  in_container "probe syscall $UMASK"
  is EPERM
  while read -r file; do : >"$file"; done < <(find "$ROOT" -type f)
  in_container "probe syscall $UMASK"
  is EPERM
}

@test "notify: the listener gets the state and the descriptor, and answers" {
  rules '[{"names": ["umask"], "action": "SCMP_ACT_NOTIFY"}]'
  edit --arg s "$T/agent.sock" '.linux.seccomp.listenerPath = $s | .linux.seccomp.listenerMetadata = "some metadata" | .annotations = {"a.key": "a value"}'
  python3 "$SUPPORT/seccomp-agent.py" "$T/agent.sock" 123 >"$T/state" 2>"$T/agent.err" 3>&- 4>&- &
  local agent=$!
  wait_until test -S "$T/agent.sock"
  in_container "probe syscall $UMASK; probe syscall $UMASK"
  is $'ENOMEDIUM\nENOMEDIUM'
  wait $agent || { cat "$T/agent.err" >&2; return 1; }
  jq -e --arg id "$ID" --arg bundle "$BUNDLE" '.fds == ["seccompFd"] and .pid > 1 and .metadata == "some metadata" and (.ociVersion | test("^1\\.")) and
    .state.id == $id and .state.bundle == $bundle and (.state.status == "creating" or .state.status == "running") and .state.annotations == {"a.key": "a value"}' "$T/state"
}

@test "notify: without a listener, with nobody listening, for write, as default" {
  program true
  rules '[{"names": ["umask"], "action": "SCMP_ACT_NOTIFY"}]'
  refused run -b "$BUNDLE" "$ID"
  says linux.seccomp.listenerPath
  edit --arg s "$T/nobody" '.linux.seccomp.listenerPath = $s'
  refused run -b "$BUNDLE" "$ID"
  says nobody
  sh_program 'echo ran'
  create_container
  refused start "$ID"
  says nobody
  has_status "$ID" stopped
  is '' "$(cat "$CONTAINER_OUT")"
  ok delete "$ID"
  rules '[{"names": ["write"], "action": "SCMP_ACT_NOTIFY"}]'
  edit --arg s "$T/nobody" '.linux.seccomp.listenerPath = $s'
  refused run -b "$BUNDLE" "$ID"
  says write
  assert_nothing_left "$ID"
}

@test "a listener without NOTIFY rules is ignored" {
  rules '[{"names": ["umask"], "action": "SCMP_ACT_ERRNO"}]'
  edit --arg s "$T/nobody" '.linux.seccomp.listenerPath = $s'
  in_container "probe syscall $UMASK"
  is EPERM
}
