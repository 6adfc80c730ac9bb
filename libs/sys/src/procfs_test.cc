// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/procfs.h"

#include "test_support.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace masu::sys {
namespace {

TEST(Procfs, OpensFilesOfThisProcess) {
  for (auto open_procfs : {&Procfs::open_host, &Procfs::open_private}) {
    const auto procfs = open_procfs();
    ASSERT_TRUE(procfs);
    const Fd comm = procfs->open("self/comm", O_RDONLY).value();
    EXPECT_EQ(read_all(comm.get()).value(), read_file("/proc/self/comm").value());
    EXPECT_TRUE(procfs->open("thread-self/comm", O_RDONLY));
    EXPECT_TRUE(procfs->open("self", O_PATH));
    EXPECT_TRUE(procfs->open("sys/kernel/hostname", O_RDONLY));
    EXPECT_TRUE(procfs->write("self/comm", "renamed"));
    EXPECT_EQ(read_file("/proc/self/comm").value(), "renamed\n");
  }
}

TEST(Procfs, RefusesLinksAndWaysOut) {
  const auto procfs = Procfs::open_host().value();
  EXPECT_EQ(procfs.open("self/exe", O_RDONLY).error().err(), ELOOP);
  EXPECT_EQ(procfs.open("self/root/etc", O_PATH).error().err(), ELOOP);
  EXPECT_EQ(procfs.open("self/../../etc", O_PATH).error().err(), EXDEV);
  EXPECT_EQ(procfs.open("selfish", O_PATH).error().err(), ENOENT);
}

TEST(Procfs, IsNotFooledByWhatLiesOverIt) {
  const int code = test::in_mount_namespace([] {
    if (mount("tmpfs", "/proc", "tmpfs", 0, nullptr) < 0) return 2;
    if (Procfs::open_host()) return 3;  // no procfs
    if (umount2("/proc", MNT_DETACH) < 0) return 4;
    if (mount("/proc/sys", "/proc", nullptr, MS_BIND, nullptr) < 0) return 5;
    if (Procfs::open_host()) return 6;  // a procfs, but not its root
    if (umount2("/proc", MNT_DETACH) < 0) return 7;
    if (mount("/proc/version", "/proc/self/comm", nullptr, MS_BIND, nullptr) < 0) return 8;
    const auto host = Procfs::open_host();
    if (!host) return 9;
    const auto covered = host->open("self/comm", O_RDONLY);
    if (covered || covered.error().err() != EXDEV) return 10;
    const auto own = Procfs::open_private();
    return own && own->open("self/comm", O_RDONLY) ? 0 : 11;  // nobody can cover a private one
  });
  if (code == -1) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace masu::sys
