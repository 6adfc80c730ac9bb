// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/procfs.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/mount.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"

#include <cerrno>

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

// "self" and "thread-self" are links, which open_beneath refuses: their target is a name of digits, put in
// their place.
Result<Fd> Procfs::open(const char* path, int flags) const {
  std::string resolved = path;
  for (const std::string_view link : {"self", "thread-self"}) {
    if (!resolved.starts_with(link) || (resolved.size() > link.size() && resolved[link.size()] != '/'))
      continue;
    char target[64];
    const long length = raw::readlinkat(fd_.get(), std::string(link).c_str(), target, sizeof target);
    if (length < 0)
      return fail(Error::sys(static_cast<int>(-length), cat("read link ", quote(cat("/proc/", link)))));
    resolved.replace(0, link.size(), target, static_cast<std::size_t>(length));
    break;
  }
  const int fd = open_beneath(fd_.get(), resolved.c_str(), flags);
  if (fd < 0) return fail(Error::sys(-fd, cat("open ", quote(cat("/proc/", path)))));
  return Fd(fd);
}

Result<> Procfs::write(const char* path, std::string_view text) const {
  Fd fd = TRY(open(path, O_WRONLY));
  TRY_IN(write_once(fd.get(), text), cat("file ", quote(cat("/proc/", path))));
  return {};
}

}  // namespace masu::sys
