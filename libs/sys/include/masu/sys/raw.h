// SPDX-License-Identifier: Apache-2.0
//
// System calls as the kernel has them: arguments in, a value or -errno out, no allocation, no errno, safe
// between clone and exec. Everything in the project that talks to the kernel goes through invoke(), which
// unit tests replace (masu/sys/fake.h) to record calls and to make the n-th one fail.
#pragma once

#include <cstddef>
#include <cstdint>

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>

// Calls newer than the headers of Debian 12; the numbers are the same on every architecture since 5.1.
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

namespace masu::sys::raw {

static_assert(sizeof(long) == 8,
              "on 32-bit systems other calls and structs are needed (large files, 64-bit time)");

/// The one seam: system call `number` with up to six arguments; yields its value, or -errno.
long invoke(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) noexcept;

namespace detail {
template <class T>
long word(T value) noexcept {
  return static_cast<long>(value);
}
template <class T>
long word(T* pointer) noexcept {
  return reinterpret_cast<long>(pointer);
}
inline long word(std::nullptr_t) noexcept { return 0; }
}  // namespace detail

/// invoke() for arguments of any integral or pointer type.
template <class... Args>
long call(long number, Args... args) noexcept {
  return invoke(number, detail::word(args)...);
}

// Files. Paths are relative to `dir`; every new fd is O_CLOEXEC.
inline int openat(int dir, const char* path, int flags, unsigned mode = 0) noexcept {
  return static_cast<int>(call(SYS_openat, dir, path, flags | O_CLOEXEC, mode));
}
inline int close(int fd) noexcept { return static_cast<int>(call(SYS_close, fd)); }
inline long read(int fd, void* buffer, std::size_t size) noexcept { return call(SYS_read, fd, buffer, size); }
inline long write(int fd, const void* bytes, std::size_t size) noexcept {
  return call(SYS_write, fd, bytes, size);
}
inline int mkdirat(int dir, const char* path, unsigned mode) noexcept {
  return static_cast<int>(call(SYS_mkdirat, dir, path, mode));
}
inline int mknodat(int dir, const char* path, unsigned mode, dev_t device) noexcept {
  return static_cast<int>(call(SYS_mknodat, dir, path, mode, device));
}
inline int symlinkat(const char* target, int dir, const char* path) noexcept {
  return static_cast<int>(call(SYS_symlinkat, target, dir, path));
}
inline int linkat(int from_dir, const char* from, int to_dir, const char* to, int flags) noexcept {
  return static_cast<int>(call(SYS_linkat, from_dir, from, to_dir, to, flags));
}
inline int unlinkat(int dir, const char* path, int flags) noexcept {
  return static_cast<int>(call(SYS_unlinkat, dir, path, flags));
}
inline long readlinkat(int dir, const char* path, char* buffer, std::size_t size) noexcept {
  return call(SYS_readlinkat, dir, path, buffer, size);
}
inline int renameat(int from_dir, const char* from, int to_dir, const char* to) noexcept {
  return static_cast<int>(call(SYS_renameat2, from_dir, from, to_dir, to, 0));
}
inline int fchmod(int fd, unsigned mode) noexcept { return static_cast<int>(call(SYS_fchmod, fd, mode)); }
inline int fchown(int fd, uid_t uid, gid_t gid) noexcept {
  return static_cast<int>(call(SYS_fchown, fd, uid, gid));
}
inline int fchownat(int dir, const char* path, uid_t uid, gid_t gid, int flags) noexcept {
  return static_cast<int>(call(SYS_fchownat, dir, path, uid, gid, flags));
}
inline int fchdir(int fd) noexcept { return static_cast<int>(call(SYS_fchdir, fd)); }
inline int chdir(const char* path) noexcept { return static_cast<int>(call(SYS_chdir, path)); }
inline int fcntl(int fd, int command, long argument = 0) noexcept {
  return static_cast<int>(call(SYS_fcntl, fd, command, argument));
}
inline int dup3(int from, int to, int flags) noexcept {
  return static_cast<int>(call(SYS_dup3, from, to, flags));
}
inline int close_range(unsigned first, unsigned last, unsigned flags) noexcept {
  return static_cast<int>(call(SYS_close_range, first, last, flags));
}
inline int ioctl(int fd, unsigned long request, long argument) noexcept {
  return static_cast<int>(call(SYS_ioctl, fd, request, argument));
}
int fstat(int fd, struct stat* out) noexcept;                                  ///< 0 or -errno
int fstatat(int dir, const char* path, struct stat* out, int flags) noexcept;  ///< 0 or -errno
int fs_magic(int fd, long* magic) noexcept;                                    ///< f_type of fstatfs(2)
int mount_id(int fd,
             std::uint64_t* id) noexcept;  ///< the mount that holds the object (statx(2), Linux ≥ 5.8)

// Mounts (mount_setattr(2), fsopen(2): Linux ≥ 5.12).
inline int fsopen(const char* type) noexcept {
  return static_cast<int>(call(SYS_fsopen, type, FSOPEN_CLOEXEC));
}
inline int fsconfig(int fs, unsigned command, const char* key, const char* value, int aux) noexcept {
  return static_cast<int>(call(SYS_fsconfig, fs, command, key, value, aux));
}
inline int fsmount(int fs, unsigned attributes) noexcept {
  return static_cast<int>(call(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes));
}
inline int open_tree(int dir, const char* path, unsigned flags) noexcept {
  return static_cast<int>(call(SYS_open_tree, dir, path, flags | OPEN_TREE_CLOEXEC));
}
inline int move_mount(int from, int to_dir, const char* to, unsigned flags) noexcept {
  return static_cast<int>(call(SYS_move_mount, from, "", to_dir, to, flags | MOVE_MOUNT_F_EMPTY_PATH));
}
inline int mount_setattr(int dir, const char* path, unsigned flags, const mount_attr* attributes) noexcept {
  return static_cast<int>(call(SYS_mount_setattr, dir, path, flags, attributes, sizeof(mount_attr)));
}
inline int umount2(const char* path, int flags) noexcept {
  return static_cast<int>(call(SYS_umount2, path, flags));
}
inline int pivot_root(const char* new_root, const char* put_old) noexcept {
  return static_cast<int>(call(SYS_pivot_root, new_root, put_old));
}
inline int chroot(const char* path) noexcept { return static_cast<int>(call(SYS_chroot, path)); }

// Processes.
inline int setns(int fd, unsigned long type) noexcept { return static_cast<int>(call(SYS_setns, fd, type)); }
inline int unshare(unsigned long flags) noexcept { return static_cast<int>(call(SYS_unshare, flags)); }
inline long clone3(clone_args* args) noexcept { return call(SYS_clone3, args, sizeof(clone_args)); }
inline int pidfd_open(pid_t pid) noexcept { return static_cast<int>(call(SYS_pidfd_open, pid, 0)); }
inline int pidfd_send_signal(int pidfd, int signal) noexcept {
  return static_cast<int>(call(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}
inline int prctl(int option, unsigned long a = 0, unsigned long b = 0, unsigned long c = 0,
                 unsigned long d = 0) noexcept {
  return static_cast<int>(call(SYS_prctl, option, a, b, c, d));
}
inline int execve(const char* path, char* const* argv, char* const* envp) noexcept {
  return static_cast<int>(call(SYS_execve, path, argv, envp));
}
inline int execveat(int dir, const char* path, char* const* argv, char* const* envp, int flags) noexcept {
  return static_cast<int>(call(SYS_execveat, dir, path, argv, envp, flags));
}
inline pid_t getpid() noexcept { return static_cast<pid_t>(call(SYS_getpid)); }
[[noreturn]] inline void exit(int code) noexcept {
  for (;;) (void)call(SYS_exit_group, code);
}

// Waiting.
/// ppoll(2); `deadline_ns` is CLOCK_MONOTONIC, negative for none. EINTR is retried; yields 0 when the
/// deadline has passed.
int poll_until(pollfd* fds, std::size_t count, std::int64_t deadline_ns) noexcept;
std::int64_t monotonic_ns() noexcept;

}  // namespace masu::sys::raw
