// SPDX-License-Identifier: Apache-2.0
//
// Each call fails with what its manual page has and a machine really yields: no more descriptors, no memory,
// a bad disk, a security module's refusal. Calls that wait are interrupted as well, which has to be harmless.
#include "errnos.h"

#include "masu/base/text.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cerrno>

#include <sys/syscall.h>

namespace masu::faults {
namespace {

struct Call {
  long number;
  const char* name;
  int errnos[2];
};

#define MASU_CALL(name, ...)           \
  {                                    \
    SYS_##name, #name, { __VA_ARGS__ } \
  }

constexpr Call kCalls[] = {
    // Descriptors.
    MASU_CALL(openat, EMFILE),
    MASU_CALL(openat2, EMFILE),
    MASU_CALL(pipe2, EMFILE),
    MASU_CALL(dup3, EBUSY),
    MASU_CALL(socket, EMFILE),
    MASU_CALL(socketpair, EMFILE),
    MASU_CALL(memfd_create, EMFILE),
    MASU_CALL(pidfd_open, EMFILE),
    MASU_CALL(pidfd_getfd, EPERM),
    MASU_CALL(fcntl, EMFILE),
    MASU_CALL(dup, EMFILE),
    MASU_CALL(signalfd4, EMFILE),
    MASU_CALL(epoll_create1, EMFILE),
    MASU_CALL(epoll_ctl, ENOMEM),
    MASU_CALL(eventfd2, EMFILE),
    MASU_CALL(inotify_init1, EMFILE),
    MASU_CALL(inotify_add_watch, ENOSPC),
    MASU_CALL(timerfd_create, EMFILE),
    MASU_CALL(timerfd_settime, EINVAL),
    // Files.
    MASU_CALL(read, EIO, EINTR),
    MASU_CALL(pread64, EIO),
    MASU_CALL(write, ENOSPC, EINTR),
    MASU_CALL(lseek, EINVAL),
    MASU_CALL(writev, ENOSPC),
    MASU_CALL(readv, EIO),
    MASU_CALL(sendfile, EIO),
    MASU_CALL(getdents64, EIO),
    MASU_CALL(close, EIO),
    MASU_CALL(close_range, ENOMEM),
    MASU_CALL(fstat, EIO),
    MASU_CALL(newfstatat, EIO),
    MASU_CALL(statx, EIO),
    MASU_CALL(statfs, EIO),
    MASU_CALL(fstatfs, EIO),
    MASU_CALL(faccessat, EIO),
    MASU_CALL(faccessat2, EIO),
    MASU_CALL(readlinkat, EIO),
    MASU_CALL(ioctl, EPERM),
    MASU_CALL(ftruncate, EIO),
    MASU_CALL(mkdirat, ENOSPC),
    MASU_CALL(mknodat, ENOSPC),
    MASU_CALL(symlinkat, ENOSPC),
    MASU_CALL(linkat, ENOSPC),
    MASU_CALL(unlinkat, EACCES),
    MASU_CALL(renameat, ENOSPC),
    MASU_CALL(renameat2, ENOSPC),
    MASU_CALL(fchmod, EPERM),
    MASU_CALL(fchmodat, EPERM),
    MASU_CALL(fchown, EPERM),
    MASU_CALL(fchownat, EPERM),
    MASU_CALL(flock, ENOLCK),
    MASU_CALL(chdir, EACCES),
    MASU_CALL(fchdir, EACCES),
    MASU_CALL(getcwd, ENOENT),
    MASU_CALL(fsetxattr, ENOSPC),
    // Sockets and waits.
    MASU_CALL(bind, EACCES),
    MASU_CALL(listen, EADDRINUSE),
    MASU_CALL(connect, EACCES, EINTR),
    MASU_CALL(accept4, EMFILE, EINTR),
    MASU_CALL(sendmsg, ENOBUFS, EINTR),
    MASU_CALL(recvmsg, ENOMEM, EINTR),
    MASU_CALL(sendto, ENOBUFS, EINTR),
    MASU_CALL(recvfrom, ENOMEM, EINTR),
    MASU_CALL(setsockopt, ENOMEM),
    MASU_CALL(getsockopt, ENOMEM),
    MASU_CALL(shutdown, ENOTCONN),
    MASU_CALL(ppoll, ENOMEM, EINTR),
    MASU_CALL(waitid, ECHILD, EINTR),
    MASU_CALL(wait4, ECHILD, EINTR),
    MASU_CALL(epoll_pwait, EINTR),
    MASU_CALL(nanosleep, EINTR),
    MASU_CALL(clock_nanosleep, EINTR),
    MASU_CALL(futex, EINTR),
    // Memory.
    MASU_CALL(mmap, ENOMEM),
    MASU_CALL(munmap, ENOMEM),
    MASU_CALL(mprotect, ENOMEM),
    MASU_CALL(mremap, ENOMEM),
    MASU_CALL(madvise, ENOMEM),
    // Processes.
    MASU_CALL(clone3, EAGAIN),
    MASU_CALL(clone, EAGAIN),
    MASU_CALL(execve, ENOMEM),
    MASU_CALL(execveat, ENOMEM),
    MASU_CALL(kill, EPERM),
    MASU_CALL(tgkill, EPERM),
    MASU_CALL(pidfd_send_signal, EPERM),
    MASU_CALL(setsid, EPERM),
    MASU_CALL(prctl, EPERM),
    MASU_CALL(prlimit64, EPERM),
    MASU_CALL(rt_sigaction, EINVAL),
    MASU_CALL(rt_sigprocmask, EINVAL),
    MASU_CALL(sched_setattr, EPERM),
    MASU_CALL(sched_setaffinity, EINVAL),
    MASU_CALL(sched_getaffinity, EINVAL),
    MASU_CALL(ioprio_set, EPERM),
    MASU_CALL(set_mempolicy, EINVAL),
    MASU_CALL(setpriority, EPERM),
    MASU_CALL(clock_gettime, EINVAL),
    MASU_CALL(getrandom, EAGAIN),
    // Identity.
    MASU_CALL(setresuid, EAGAIN),
    MASU_CALL(setresgid, EPERM),
    MASU_CALL(setgroups, EPERM),
    MASU_CALL(capset, EPERM),
    MASU_CALL(capget, EPERM),
    MASU_CALL(keyctl, EDQUOT),
    MASU_CALL(seccomp, EPERM),
    MASU_CALL(personality, EINVAL),
    MASU_CALL(landlock_create_ruleset, ENOMEM),
    MASU_CALL(landlock_add_rule, ENOMEM),
    MASU_CALL(landlock_restrict_self, EPERM),
    MASU_CALL(bpf, EPERM),
    // Namespaces and mounts.
    MASU_CALL(unshare, ENOSPC),
    MASU_CALL(setns, EPERM),
    MASU_CALL(sethostname, EPERM),
    MASU_CALL(setdomainname, EPERM),
    MASU_CALL(mount, EACCES),
    MASU_CALL(umount2, EBUSY),
    MASU_CALL(open_tree, EMFILE),
    MASU_CALL(move_mount, EACCES),
    MASU_CALL(mount_setattr, EPERM),
    MASU_CALL(fsopen, EMFILE),
    MASU_CALL(fsconfig, ENOMEM),
    MASU_CALL(fsmount, EMFILE),
    MASU_CALL(fspick, EMFILE),
    MASU_CALL(pivot_root, EBUSY),
    MASU_CALL(chroot, EPERM),
    // These cannot fail, or only by an address of their caller's; brk(2) yields the old break instead of an
    // error.
    MASU_CALL(exit, 0),
    MASU_CALL(exit_group, 0),
    MASU_CALL(getpid, 0),
    MASU_CALL(getppid, 0),
    MASU_CALL(gettid, 0),
    MASU_CALL(getuid, 0),
    MASU_CALL(geteuid, 0),
    MASU_CALL(getgid, 0),
    MASU_CALL(getegid, 0),
    MASU_CALL(umask, 0),
    MASU_CALL(set_tid_address, 0),
    MASU_CALL(rt_sigreturn, 0),
    MASU_CALL(restart_syscall, 0),
    MASU_CALL(brk, 0),
    MASU_CALL(sched_yield, 0),
    MASU_CALL(uname, 0),
    MASU_CALL(sysinfo, 0),
    MASU_CALL(getsid, 0),
    MASU_CALL(getpgid, 0),
#ifdef __x86_64__
    MASU_CALL(arch_prctl, 0),
    MASU_CALL(getpgrp, 0),
    MASU_CALL(open, EMFILE),
    MASU_CALL(poll, ENOMEM, EINTR),
    MASU_CALL(access, EIO),
    MASU_CALL(stat, EIO),
    MASU_CALL(lstat, EIO),
    MASU_CALL(readlink, EIO),
    MASU_CALL(unlink, EACCES),
    MASU_CALL(dup2, EMFILE),
    MASU_CALL(pipe, EMFILE),
    MASU_CALL(fork, EAGAIN),
    MASU_CALL(vfork, EAGAIN),
#endif
};
#undef MASU_CALL

const Call* find_call(long number) {
  const auto found = std::ranges::find(kCalls, number, &Call::number);
  return found == std::end(kCalls) ? nullptr : found;
}

}  // namespace

std::span<const int> errnos_of(long number) {
  static constexpr int kUnknown[] = {EIO};
  const Call* call = find_call(number);
  if (call == nullptr) return kUnknown;
  const auto count = std::ranges::count_if(call->errnos, [](int err) { return err != 0; });
  return {call->errnos, static_cast<std::size_t>(count)};
}

std::string call_name(long number) {
  const Call* call = find_call(number);
  return call != nullptr ? call->name : cat("call ", number);
}

bool fails_after_effect(long number) { return number == SYS_close; }

}  // namespace masu::faults
