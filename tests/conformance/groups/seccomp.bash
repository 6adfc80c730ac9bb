# SPDX-License-Identifier: Apache-2.0
# linux.seccomp: what system calls answer.

# profile DEFAULT RULE… : linux.seccomp; a rule is JSON.
profile() {
  needs seccomp
  local action=$1
  shift
  config --arg action "$action" '.linux.seccomp = {defaultAction: $action, syscalls: ($ARGS.positional | map(fromjson))}' --args -- "$@"
}

#: a call that is answered with an errno
errno() {
  profile SCMP_ACT_ALLOW '{"names": ["mkdirat", "getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77}'
  check linux.seccomp
}

#: EPERM is the errno if none is given
errno_default() {
  profile SCMP_ACT_ALLOW '{"names": ["getppid"], "action": "SCMP_ACT_ERRNO"}'
  check linux.seccomp
}

#: errnoRet 0: the call does nothing and succeeds
errno_zero() {
  profile SCMP_ACT_ALLOW '{"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0}'
  inside call mkdirat
  is 'mkdirat 0' "$output"
}

#: a name that the runtime does not know is no error
unknown_name() {
  profile SCMP_ACT_ALLOW '{"names": ["no_such_call", "getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 55}'
  check linux.seccomp
}

#: rules with an argument: equal, and no other value
argument_equal() {
  profile SCMP_ACT_ALLOW '{"names": ["personality"], "action": "SCMP_ACT_ERRNO", "errnoRet": 44, "args": [{"index": 0, "value": 4294967295, "op": "SCMP_CMP_EQ"}]}' \
    '{"names": ["socket"], "action": "SCMP_ACT_ERRNO", "errnoRet": 45, "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}'
  inside call socket
  not has 'socket 45'
}

#: rules with an argument: greater, and a mask
argument_comparisons() {
  profile SCMP_ACT_ALLOW '{"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 46, "args": [{"index": 1, "value": 5, "op": "SCMP_CMP_GT"}]}' \
    '{"names": ["symlinkat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 47, "args": [{"index": 1, "value": 255, "valueTwo": 255, "op": "SCMP_CMP_MASKED_EQ"}]}' \
    '{"names": ["fchmodat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 48, "args": [{"index": 1, "value": 5, "op": "SCMP_CMP_LT"}]}'
  inside call mkdirat ';' call symlinkat ';' call fchmodat
  has $'mkdirat 46\nsymlinkat 47'
  not has 'fchmodat 48'
}

#: a default that denies, with a list of what is allowed
allow_list() {
  profile SCMP_ACT_ERRNO "$(jq -cn '{names: $ARGS.positional, action: "SCMP_ACT_ALLOW"}' --args -- "${everyday[@]}")"
  inside call getppid ';' call mkdirat
  is $'getppid 0\nmkdirat 1' "$output"
}
# What a static program and a runtime's last steps call.
everyday=(access arch_prctl brk capget capset chdir clock_gettime close close_range dup dup2 dup3 epoll_create1 epoll_ctl
  epoll_pwait epoll_wait eventfd2 execve exit exit_group faccessat faccessat2 fchdir fchown fcntl fstat fstatfs futex getcwd
  getdents64 getegid geteuid getgid getpgrp getpid getppid getrandom getrlimit gettid getuid ioctl lseek lstat madvise mmap
  mprotect munmap nanosleep newfstatat open openat openat2 pipe pipe2 poll ppoll prctl pread64 prlimit64 pselect6 read readlink
  readlinkat readv recvmsg restart_syscall rseq rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity sched_yield seccomp
  select sendmsg sendto set_robust_list set_tid_address setgid setgroups setpgid setresgid setresuid setsid setuid sigaltstack
  stat statfs statx tgkill umask uname wait4 write writev)

#: defaultErrnoRet
default_errno() {
  profile SCMP_ACT_ERRNO "$(jq -cn '{names: $ARGS.positional, action: "SCMP_ACT_ALLOW"}' --args -- "${everyday[@]}")"
  config '.linux.seccomp.defaultErrnoRet = 66'
  inside call mkdirat
  is 'mkdirat 66' "$output"
}

#: SCMP_ACT_LOG lets the call through
log() {
  profile SCMP_ACT_ALLOW '{"names": ["getppid"], "action": "SCMP_ACT_LOG"}'
  inside call getppid
  is 'getppid 0' "$output"
}

#: SCMP_ACT_KILL_PROCESS ends the program
kill_process() {
  profile SCMP_ACT_ALLOW '{"names": ["mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}'
  inside say before ';' call mkdirat ';' say after
  is before "$output"
}

#: SCMP_ACT_KILL ends a program of one thread
kill_thread() {
  profile SCMP_ACT_ALLOW '{"names": ["mkdirat"], "action": "SCMP_ACT_KILL"}'
  inside say before ';' call mkdirat ';' say after
  is before "$output"
}

#: SCMP_ACT_TRAP sends SIGSYS
trap() {
  profile SCMP_ACT_ALLOW '{"names": ["mkdirat"], "action": "SCMP_ACT_TRAP"}'
  inside say before ';' call mkdirat ';' say after
  is before "$output"
}

#: without noNewPrivileges
privileged() {
  profile SCMP_ACT_ALLOW '{"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33}'
  config '.process.noNewPrivileges = false'
  check linux.seccomp process.noNewPrivileges
}

#: for a user without capabilities
for_a_user() {
  needs ids
  profile SCMP_ACT_ALLOW '{"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33}'
  config '.process.user = {uid: 1000, gid: 1000}'
  check linux.seccomp process.user
}

#: architectures and flags
architectures_and_flags() {
  profile SCMP_ACT_ALLOW '{"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 33}'
  config '.linux.seccomp += {architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_AARCH64"], flags: ["SECCOMP_FILTER_FLAG_LOG"]}'
  check linux.seccomp
}

#: an action, an operator, an architecture that does not exist are refused
unknown_words() {
  profile SCMP_ACT_NOSUCH
  never_runs
  profile SCMP_ACT_ALLOW '{"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_NOSUCH"}]}'
  never_runs
  profile SCMP_ACT_ALLOW
  config '.linux.seccomp.architectures = ["SCMP_ARCH_NOSUCH"]'
  never_runs
}

#: no profile, no filter
none() {
  needs seccomp
  inside cat /proc/self/status
  has $'Seccomp:\t0'
}

#: SCMP_ACT_NOTIFY: the listener gets the state and the descriptor, and answers
notify() {
  needs tool:python3 kernel:5.6
  local agent
  profile SCMP_ACT_ALLOW '{"names": ["mkdirat"], "action": "SCMP_ACT_NOTIFY"}'
  config --arg path "$T/agent" '.linux.seccomp += {listenerPath: $path, listenerMetadata: "a word"}'
  python3 "$here/../support/seccomp-agent.py" "$T/agent" 88 >"$T/state" 2>&1 &
  agent=$!
  until_true test -S "$T/agent"
  inside call mkdirat
  wait $agent
  is 'mkdirat 88' "$output"
  is "$ID seccompFd a word" "$(jq -r '"\(.state.id) \(.fds[0]) \(.metadata)"' "$T/state")"
}

#: SCMP_ACT_NOTIFY without anybody who listens is refused
notify_nobody() {
  profile SCMP_ACT_ALLOW '{"names": ["mkdirat"], "action": "SCMP_ACT_NOTIFY"}'
  config '.linux.seccomp.listenerPath = "/no/such/socket"'
  never_runs
}

#: a flag that does not exist is refused
unknown_flag() {
  profile SCMP_ACT_ALLOW
  config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_NOSUCH"]'
  never_runs
}
