// SPDX-License-Identifier: Apache-2.0
//
// What happens when the kernel refuses: each call of a function fails in turn, and nothing may be left open.
#include "masu/sys/fake.h"

#include "masu/sys/fd.h"
#include "masu/sys/path.h"
#include "masu/sys/process.h"
#include "masu/sys/procfs.h"
#include "masu/sys/raw.h"
#include "masu/sys/socket.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <cerrno>

#include <sys/socket.h>

namespace masu::sys {
namespace {

class Fake : public testing::Test {
 protected:
  void SetUp() override { fake::reset(); }
  void TearDown() override { fake::reset(); }

  static void refuse_openat2(int err) {
    fake::answer([err](const fake::Call& call) {
      return call.number == SYS_openat2 ? std::optional<long>(-err) : std::nullopt;
    });
  }

  // Runs `action`, which yields whether it succeeded, with its 1st, 2nd … call failing, until there is no
  // such call. At least one failure has to be reported; others change nothing (close(2), the kernel's words
  // on an error …).
  template <class Action>
  void sweep(Action action, bool without_openat2 = false) {
    const int before = test::open_fds();
    unsigned failures = 0;
    unsigned nth = 1;
    for (;; ++nth) {
      ASSERT_LT(nth, 1000u);
      fake::reset();
      fake::fail_nth(nth, EIO);
      if (without_openat2) refuse_openat2(ENOSYS);
      if (!action()) ++failures;
      const std::size_t calls = fake::calls().size();
      fake::reset();
      while (waitpid(-1, nullptr, 0) > 0) {
      }
      ASSERT_EQ(test::open_fds(), before) << "after call " << nth << " had failed";
      if (calls < nth) break;
    }
    EXPECT_GT(nth, 1u);
    EXPECT_GT(failures, 0u);
  }

  test::TemporaryDirectory all_;
};

TEST_F(Fake, FailsTheNthCallOnly) {
  fake::fail_nth(2, EPERM);
  EXPECT_TRUE(open("/dev/null", O_RDONLY));  // open and close: the close is the second
  fake::reset();
  fake::fail_nth(1, EPERM, SYS_openat);
  EXPECT_GT(raw::getpid(), 0);
  EXPECT_EQ(open("/dev/null", O_RDONLY).error().err(), EPERM);
  EXPECT_TRUE(open("/dev/null", O_RDONLY));
  EXPECT_EQ(fake::count(SYS_openat), 2u);
  EXPECT_EQ(fake::calls().front().number, SYS_getpid);
  fake::answer([](const fake::Call& call) {
    return call.number == SYS_getpid ? std::optional<long>(42) : std::nullopt;
  });
  EXPECT_EQ(raw::getpid(), 42);
}

TEST_F(Fake, ReplaceFileLeavesNothing) {
  sweep([&] {
    const bool replaced = replace_file_at(all_.fd(), "f", "content", 0600).has_value();
    EXPECT_EQ(faccessat(all_.fd(), ".f.new", F_OK, 0), -1);
    return replaced;
  });
}

TEST_F(Fake, ReadFileLeavesNothing) {
  all_.file("f", "content");
  sweep([&] {
    const auto text = read_file_at(all_.fd(), "f");
    EXPECT_TRUE(!text || *text == "content");
    return text.has_value();
  });
}

TEST_F(Fake, ListenAndConnectLeaveNothing) {
  sweep([&] {
    const bool listening = listen_at(all_.fd(), "sock", SOCK_STREAM).has_value();
    unlinkat(all_.fd(), "sock", 0);
    return listening;
  });
  const Fd listening = listen_at(all_.fd(), "sock", SOCK_STREAM).value();
  sweep([&] { return connect_to(all_.path() + "/sock", SOCK_STREAM).has_value(); });
  sweep([&] { return socket_pair().has_value(); });
}

TEST_F(Fake, SpawnLeavesNothing) {
  const char* argv[] = {"true", nullptr};
  const Spawn what{.path = "/bin/true", .argv = const_cast<char* const*>(argv), .envp = environ};
  sweep([&] {
    int pidfd = -1;
    const long pid = spawn(what, &pidfd);
    EXPECT_EQ(pid > 0, pidfd >= 0);
    if (pidfd >= 0) close(pidfd);
    return pid > 0;
  });
}

TEST_F(Fake, PathsLeaveNothing) {
  all_.directory("dir");
  all_.link("dir/../dir", "link");
  all_.file("dir/f");
  auto keep = [](int fd) {
    if (fd >= 0) close(fd);
    return fd >= 0;
  };
  sweep([&] { return keep(open_in_root(all_.fd(), "link/f", O_RDONLY)); });
  sweep([&] { return keep(walk_in_root(all_.fd(), "/link/../link/f", O_PATH)); });
  sweep([&] { return keep(open_beneath(all_.fd(), "dir/f", O_RDONLY)); });
  sweep([&] { return keep(open_beneath(all_.fd(), "dir/f", O_RDONLY)); }, true);
  sweep([&] {
    unlinkat(all_.fd(), "new/f", 0);
    unlinkat(all_.fd(), "new", AT_REMOVEDIR);
    return keep(make_in_root(all_.fd(), "new/f", MakeKind::file));
  });
}

TEST_F(Fake, ProcfsLeavesNothing) {
  sweep([] {
    const auto procfs = Procfs::open_private();
    return procfs && procfs->open("self/comm", O_RDONLY);
  });
  sweep([] {
    return Process::find(getpid(), read_process_stat(getpid()).value_or(ProcessStat{}).start_time)
        .has_value();
  });
}

TEST_F(Fake, PathsDoWithoutOpenat2) {
  all_.directory("root");
  all_.directory("root/dir");
  all_.file("root/dir/f");
  all_.link("/dir", "root/link");
  all_.link("dir/f", "root/flink");
  const Fd root = open_at(all_.fd(), "root", O_PATH | O_DIRECTORY).value();
  for (const int err : {ENOSYS, EPERM, EAGAIN}) {
    refuse_openat2(err);
    auto result = [](int fd) {
      if (fd >= 0) close(fd);
      return fd >= 0 ? 0 : fd;
    };
    EXPECT_EQ(result(open_in_root(root.get(), "link/f", O_RDONLY)), 0);
    EXPECT_EQ(result(open_in_root(root.get(), "../../dir/f", O_RDONLY)), 0);
    EXPECT_EQ(result(open_in_root(root.get(), "link/missing", O_RDONLY)), -ENOENT);
    EXPECT_EQ(result(make_in_root(root.get(), "link/made", MakeKind::directory)), 0);
    EXPECT_EQ(faccessat(root.get(), "dir/made", F_OK, 0), 0);
    EXPECT_EQ(result(open_beneath(root.get(), "dir/f", O_RDONLY)), 0);
    EXPECT_EQ(result(open_beneath(root.get(), "dir/f", O_PATH)), 0);
    EXPECT_EQ(result(open_beneath(root.get(), "dir/", O_RDONLY)), 0);
    EXPECT_EQ(result(open_beneath(root.get(), "dir/f/", O_RDONLY)), -ENOTDIR);
    EXPECT_EQ(result(open_beneath(root.get(), "link/f", O_RDONLY)), -ELOOP);
    EXPECT_EQ(result(open_beneath(root.get(), "flink", O_RDONLY)), -ELOOP);
    EXPECT_EQ(result(open_beneath(root.get(), "flink", O_PATH)), -ELOOP);
    EXPECT_EQ(result(open_beneath(root.get(), "flink", O_PATH | O_NOFOLLOW)), 0);
    EXPECT_EQ(result(open_beneath(root.get(), "dir/../dir/f", O_RDONLY)), -EXDEV);
    EXPECT_EQ(result(open_beneath(root.get(), "/dir/f", O_RDONLY)), -EXDEV);
    EXPECT_EQ(result(open_beneath(root.get(), "", O_RDONLY)), -ENOENT);
    const auto procfs = Procfs::open_host().value();
    EXPECT_TRUE(procfs.open("self/comm", O_RDONLY));
    EXPECT_EQ(procfs.open("self/exe", O_RDONLY).error().err(), ELOOP);
  }
}

// A file of the same procfs, bound over another one, has the same device number: only the mount tells
// (CVE-2025-52881).
TEST_F(Fake, TheWalkSeesMountsToo) {
  const int code = test::in_mount_namespace([] {
    if (mount("/proc/version", "/proc/uptime", nullptr, MS_BIND, nullptr) < 0) return 1;
    refuse_openat2(ENOSYS);
    const auto covered = Procfs::open_host()->open("uptime", O_RDONLY);
    if (covered) return 2;
    return covered.error().err() == EXDEV ? 0 : 3;
  });
  if (code == -1) GTEST_SKIP() << "needs the right to mount";
  EXPECT_EQ(code, 0);
}

TEST_F(Fake, AShortWriteOfAnActIsAnError) {
  all_.file("f");
  fake::answer([](const fake::Call& call) {
    return call.number == SYS_write ? std::optional<long>(2) : std::nullopt;
  });
  EXPECT_EQ(write_file_at(all_.fd(), "f", "abc").error().err(), EIO);
}

}  // namespace
}  // namespace masu::sys
