// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/raw.h"

#include <cerrno>
#include <utility>

#include <sys/sysmacros.h>
#include <sys/vfs.h>

namespace masu::sys::raw {
namespace {

// statx(2) has one layout on all architectures, unlike stat(2), whose struct libc may translate.
struct StatxTime {
  std::int64_t sec;
  std::uint32_t nsec;
  std::int32_t pad;
};
struct Statx {
  std::uint32_t mask, blksize;
  std::uint64_t attributes;
  std::uint32_t nlink, uid, gid;
  std::uint16_t mode, pad0;
  std::uint64_t ino, size, blocks, attributes_mask;
  StatxTime atime, btime, ctime, mtime;
  std::uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
  std::uint64_t mount_id;
  std::uint64_t spare[13];
};
static_assert(sizeof(Statx) == 256);
constexpr unsigned kBasicStats = 0x7ff;
constexpr unsigned kMountId = 0x1000;  // STATX_MNT_ID

int statx(int dir, const char* path, int flags, struct stat* out) noexcept {
  Statx raw;
  const long result = call(SYS_statx, dir, path, flags, kBasicStats, &raw);
  if (result < 0) return static_cast<int>(result);
  *out = {};
  out->st_dev = makedev(raw.dev_major, raw.dev_minor);
  out->st_rdev = makedev(raw.rdev_major, raw.rdev_minor);
  out->st_ino = raw.ino;
  out->st_mode = raw.mode;
  out->st_uid = raw.uid;
  out->st_gid = raw.gid;
  out->st_nlink = raw.nlink;
  out->st_size = static_cast<off_t>(raw.size);
  out->st_blocks = static_cast<blkcnt_t>(raw.blocks);
  for (const auto& [from, to] :
       {std::pair{&raw.atime, &out->st_atim}, {&raw.mtime, &out->st_mtim}, {&raw.ctime, &out->st_ctim}})
    *to = {.tv_sec = from->sec, .tv_nsec = from->nsec};
  return 0;
}

}  // namespace

int fstat(int fd, struct stat* out) noexcept { return statx(fd, "", AT_EMPTY_PATH, out); }

int fstatat(int dir, const char* path, struct stat* out, int flags) noexcept {
  return statx(dir, path, flags, out);
}

int mount_id(int fd, std::uint64_t* id) noexcept {
  Statx raw;
  const long result = call(SYS_statx, fd, "", AT_EMPTY_PATH, kMountId, &raw);
  if (result < 0) return static_cast<int>(result);
  if ((raw.mask & kMountId) == 0) return -ENOSYS;
  *id = raw.mount_id;
  return 0;
}

int fs_magic(int fd, long* magic) noexcept {
  struct statfs info;
  const long result = call(SYS_fstatfs, fd, &info);
  if (result < 0) return static_cast<int>(result);
  *magic = static_cast<long>(info.f_type);
  return 0;
}

std::int64_t monotonic_ns() noexcept {
  timespec now{};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);  // vDSO: no system call
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

int poll_until(pollfd* fds, std::size_t count, std::int64_t deadline_ns) noexcept {
  for (;;) {
    timespec wait{};
    if (deadline_ns >= 0) {
      const std::int64_t left = deadline_ns - monotonic_ns();
      if (left > 0) wait = {left / 1'000'000'000, static_cast<long>(left % 1'000'000'000)};
    }
    const long ready = call(SYS_ppoll, fds, count, deadline_ns >= 0 ? &wait : nullptr, nullptr, 0);
    if (ready != -EINTR) return static_cast<int>(ready);
  }
}

}  // namespace masu::sys::raw
