// SPDX-License-Identifier: Apache-2.0
//
// The container's terminal and its standard streams.
#include "child.h"
#include "masu/sys/mount.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"

#include <cerrno>
#include <cstring>

#include <asm/ioctls.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

namespace masu::container {
namespace {

using sys::raw::close;

constexpr long kDevptsMagic = 0x1cd1;
constexpr int kTiocgptpeer = 0x5441;  // TIOCGPTPEER: opens the slave without a path

// The ptmx must be that of a devpts, where nobody can make files: an image could have put anything there
// (CVE-2025-52565), and to open a device or a fifo of its choice would have effects already.
int open_ptmx(Child& child) noexcept {
  child.explain("dev/pts/ptmx");
  const int pts = sys::open_in_root(child.root, "dev/pts", O_PATH | O_DIRECTORY);
  if (pts < 0) return pts;
  long magic = 0;
  int ptmx = sys::raw::fs_magic(pts, &magic);
  if (ptmx >= 0)
    ptmx = magic == kDevptsMagic ? sys::raw::openat(pts, "ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW) : -ENODEV;
  close(pts);
  if (ptmx < 0) return ptmx;
  struct stat info;
  int result = sys::raw::fs_magic(ptmx, &magic);
  if (result >= 0) result = sys::raw::fstat(ptmx, &info);
  if (result >= 0 && magic == kDevptsMagic && S_ISCHR(info.st_mode) && info.st_rdev == makedev(5, 2))
    return ptmx;
  close(ptmx);
  return result < 0 ? result : -ENODEV;
}

int open_slave(int master) noexcept {
  int unlocked = 0;
  if (const int result = sys::raw::ioctl(master, TIOCSPTLCK, reinterpret_cast<long>(&unlocked)); result < 0)
    return result;
  return sys::raw::ioctl(master, kTiocgptpeer, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

// /dev/console is the terminal too. The file below it is made without following a link; on a read-only image
// that has none there can be none.
int bind_console(Child& child, int slave) noexcept {
  child.explain("dev/console");
  const int dev = sys::open_in_root(child.root, "dev", O_PATH | O_DIRECTORY);
  if (dev < 0) return dev;
  const int made = sys::raw::openat(dev, "console", O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (made >= 0) close(made);
  const int target = sys::raw::openat(dev, "console", O_PATH | O_NOFOLLOW);
  close(dev);
  if (target == -ENOENT && made == -EROFS) return 0;
  struct stat info;
  int result = target < 0 ? target : sys::raw::fstat(target, &info);
  if (result >= 0 && S_ISLNK(info.st_mode)) result = -ELOOP;
  const int tree = result < 0 ? result : sys::clone_mount(slave, "", false);
  if (tree >= 0) {
    result = sys::attach_mount(tree, target);
    close(tree);
  } else {
    result = tree;
  }
  if (target >= 0) close(target);
  return result;
}

int set_size(int terminal, const spec::Box& size) noexcept {
  if (size.height == 0 && size.width == 0) return 0;
  const winsize window{size.height, size.width, 0, 0};
  return sys::raw::ioctl(terminal, TIOCSWINSZ, reinterpret_cast<long>(&window));
}

}  // namespace

void open_console(Child& child, bool make_console_file) noexcept {
  child.at(Step::console);
  const int master = open_ptmx(child);
  check(child, master);
  child.explain("");
  const int slave = open_slave(master);
  check(child, slave);
  check(child, set_size(slave, child.process.console_size));
  // The group stays tty's, as devpts' gid= made it.
  if (child.process.uid != 0)
    check(child, sys::raw::fchown(slave, child.process.uid, static_cast<gid_t>(-1)));
  if (make_console_file) check(child, bind_console(child, slave));
  child.explain("");
  check(child, say(child, Word::console, 0, master));
  close(master);
  check(child, sys::raw::ioctl(slave, TIOCSCTTY, 0));
  for (int stream = 0; stream < 3; ++stream) check(child, sys::raw::dup3(slave, stream, 0));
  close(slave);
}

void adopt_standard_streams(Child& child) noexcept {
  child.at(Step::standard_streams);
  for (int stream = 0; stream < 3; ++stream) {
    struct stat info;
    const int got = sys::raw::fstat(stream, &info);
    if (got == -EBADF) continue;
    check(child, got);
    if (S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 3)) {
      // The host's inode: the container gets its own, and never changes this one's owner.
      const int own = sys::raw::openat(AT_FDCWD, "/dev/null", O_RDWR | O_NOFOLLOW);
      struct stat of_own;
      if (own >= 0 && sys::raw::fstat(own, &of_own) == 0 && of_own.st_rdev == info.st_rdev)
        check(child, sys::raw::dup3(own, stream, 0));
      if (own >= 0) close(own);
    } else if (info.st_uid != child.process.uid && child.process.uid != 0) {
      const int owned = sys::raw::fchown(stream, child.process.uid, static_cast<gid_t>(-1));
      // Files of a read-only or foreign file system, or ids that are not mapped, cannot be given away.
      if (owned < 0 && owned != -EPERM && owned != -EROFS && owned != -EINVAL) check(child, owned);
    }
  }
}

}  // namespace masu::container
