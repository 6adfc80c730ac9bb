// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/procfs.h"

#include <cerrno>

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/mount.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"

namespace masu::sys {
namespace {

constexpr long kProcMagic = 0x9fa0;
constexpr ino_t kProcRootInode = 1;

Result<> check(int fd) {
  long magic = 0;
  struct stat info;
  if (const int got = raw::fs_magic(fd, &magic); got < 0) return fail(Error::sys(-got, "check '/proc'"));
  if (const int got = raw::fstat(fd, &info); got < 0) return fail(Error::sys(-got, "check '/proc'"));
  if (magic == kProcMagic && info.st_ino == kProcRootInode) return {};
  return fail(Error::make(Kind::unsupported, "'/proc' is not the root of a procfs")
                  .hint("something is mounted over /proc; the runtime needs the real one"));
}

}  // namespace

Result<Procfs> Procfs::open_host() {
  Fd fd = TRY(open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY));
  TRY(check(fd.get()));
  return Procfs(std::move(fd));
}

Result<Procfs> Procfs::open_private() {
  constexpr unsigned kAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  const int mount = new_mount("proc", nullptr, nullptr, 0, kAttributes, nullptr, 0);
  if (mount < 0) return open_host();
  Fd fd(mount);
  TRY(check(fd.get()));
  return Procfs(std::move(fd));
}

Result<Fd> Procfs::open(const char* path, int flags) const {
  const int fd = open_beneath(fd_.get(), path, flags);
  if (fd < 0) return fail(Error::sys(-fd, cat("open ", quote(cat("/proc/", path)))));
  return Fd(fd);
}

Result<> Procfs::write(const char* path, std::string_view text) const {
  Fd fd = TRY(open(path, O_WRONLY));
  const long put = raw::write(fd.get(), text.data(), text.size());
  if (put < 0) return fail(Error::sys(static_cast<int>(-put), cat("write ", quote(cat("/proc/", path)))));
  return {};
}

}  // namespace masu::sys
