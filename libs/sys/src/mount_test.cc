// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/mount.h"

#include "masu/sys/fd.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

#include <sys/statvfs.h>

namespace masu::sys {
namespace {

TEST(Mount, IsMadeDetachedThenAttachedAndChanged) {
  test::TemporaryDirectory all;
  all.directory("target");
  const int code = test::in_mount_namespace([&] {
    const char* options[] = {"mode=0710", "size=64k"};
    Fd made(new_mount("tmpfs", "masu", options, 2, MOUNT_ATTR_NOSUID, nullptr, 0));
    if (!made.valid()) return 1;
    struct stat info;
    if (fstatat(made.get(), "", &info, AT_EMPTY_PATH) < 0 || (info.st_mode & 07777) != 0710) return 2;
    Fd target = open(all.path() + "/target", O_PATH | O_DIRECTORY).value();
    if (attach_mount(made.get(), target.get()) < 0) return 3;
    if (openat(AT_FDCWD, (all.path() + "/target/f").c_str(), O_CREAT | O_WRONLY, 0600) < 0) return 4;
    // A clone is another mount of the same tree: read-only here, not there.
    Fd copy(clone_mount(made.get(), "", false));
    if (!copy.valid()) return 5;
    if (set_mount_attributes(copy.get(), {.set = MOUNT_ATTR_RDONLY, .clear = 0, .propagation = 0}, true) < 0)
      return 6;
    if (openat(copy.get(), "g", O_CREAT | O_WRONLY, 0600) >= 0 || errno != EROFS) return 7;
    if (openat(made.get(), "g", O_CREAT | O_WRONLY, 0600) < 0) return 8;
    return 0;
  });
  if (code == -1) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(code, 0);
}

TEST(Mount, IsMadeOntoAnFdByOneCall) {
  test::TemporaryDirectory all;
  all.directory("target");
  const int code = test::in_mount_namespace([&] {
    Fd target = open(all.path() + "/target", O_PATH | O_DIRECTORY).value();
    const unsigned attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOATIME;
    if (mount_onto(target.get(), "tmpfs", "masu", attributes, "mode=0710,size=64k") < 0) return 1;
    struct stat info;
    if (stat((all.path() + "/target").c_str(), &info) < 0 || (info.st_mode & 07777) != 0710) return 2;
    struct statvfs fs;
    if (statvfs((all.path() + "/target").c_str(), &fs) < 0) return 3;
    if ((fs.f_flag & (ST_RDONLY | ST_NOSUID | ST_NOATIME)) != (ST_RDONLY | ST_NOSUID | ST_NOATIME)) return 4;
    if ((fs.f_flag & (ST_NODEV | ST_NOEXEC)) != 0) return 5;
    return mount_onto(target.get(), "tmpfs", "masu", 0, "size=nonsense") == -EINVAL ? 0 : 6;
  });
  if (code == -1) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(code, 0);
}

TEST(Mount, PassesOnTheKernelsWords) {
  const int code = test::in_mount_namespace([] {
    char message[200] = "";
    const char* options[] = {"size=nonsense"};
    if (new_mount("tmpfs", nullptr, options, 1, 0, message, sizeof message) != -EINVAL) return 1;
    if (strstr(message, "size") == nullptr || message[1] == ' ') return 2;
    char cut[8];
    (void)new_mount("tmpfs", nullptr, options, 1, 0, cut, sizeof cut);
    if (strncmp(cut, message, 7) != 0 || strlen(cut) != 7) return 3;
    return new_mount("nonexistent", nullptr, nullptr, 0, 0, nullptr, 0) == -ENODEV ? 0 : 4;
  });
  if (code == -1) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace masu::sys
