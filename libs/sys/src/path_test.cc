// SPDX-License-Identifier: Apache-2.0
//
// Each case goes through the kernel's openat2 and through our own walk; both have to end at the same object,
// or with the same errno.
#include "masu/sys/path.h"

#include "masu/sys/raw.h"
#include "test_support.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <thread>

namespace masu::sys {
namespace {

// The object, or the errno, as text.
std::string outcome(int fd) {
  if (fd < 0) return "errno " + std::to_string(-fd);
  struct stat info;
  if (fstat(fd, &info) < 0) return "no stat";
  close(fd);
  return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
}

class InRoot : public testing::Test {
 protected:
  void SetUp() override {
    all_.file("outside", "secret");
    all_.directory("root");
    root_ = openat(all_.fd(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (const char* name : {"root/dir", "root/dir/sub", "root/etc"}) all_.directory(name);
    all_.file("root/file", "in");
    all_.file("root/dir/inner", "in");
    all_.file("root/outside", "in");  // what a link to "/outside" means inside
    all_.link("/dir/sub", "root/absolute");
    all_.link("dir/sub", "root/relative");
    all_.link("../file", "root/dir/up");
    all_.link("../../../../outside", "root/dir/escape");
    all_.link("/outside", "root/escape");
    all_.link((all_.path() + "/outside").c_str(), "root/host");
    all_.link("missing/deep", "root/dangling");
    all_.link("loop2", "root/loop1");
    all_.link("loop1", "root/loop2");
    all_.link("self", "root/self");
    all_.link("dir/", "root/slashed");
    all_.link("file/", "root/slashed_file");
    all_.link("relative", "root/twice");
    all_.link("..", "root/dir/dotdot");
    for (int i = 0; i < 41; ++i)
      all_.link(i == 0 ? "file" : ("chain" + std::to_string(i - 1)).c_str(),
                ("root/chain" + std::to_string(i)).c_str());
  }
  void TearDown() override { close(root_); }

  void compare(int root, const std::string& path, int flags) {
    EXPECT_EQ(outcome(open_in_root(root, path.c_str(), flags, 0644)),
              outcome(walk_in_root(root, path.c_str(), flags, 0644)))
        << path << " with flags " << flags;
  }
  std::string inside(const char* name) { return outcome(openat(root_, name, O_PATH | O_CLOEXEC)); }
  std::string opened(const char* name) { return outcome(open_in_root(root_, name, O_PATH)); }
  std::string walked(const char* name) { return outcome(walk_in_root(root_, name, O_PATH)); }

  test::TemporaryDirectory all_;
  int root_ = -1;
};

TEST_F(InRoot, BothWaysAgree) {
  const std::string long_name(256, 'n');
  const std::string long_path(5000, '/');
  for (const std::string& path : {std::string(""),
                                  std::string("/"),
                                  std::string("."),
                                  std::string(".."),
                                  std::string("//"),
                                  std::string("dir"),
                                  std::string("/dir"),
                                  std::string("dir/"),
                                  std::string("dir/."),
                                  std::string("dir/./sub"),
                                  std::string("dir/.."),
                                  std::string("dir/../file"),
                                  std::string("../../file"),
                                  std::string("dir/sub/../../../etc"),
                                  std::string("file"),
                                  std::string("file/"),
                                  std::string("file/."),
                                  std::string("file/x"),
                                  std::string("file/.."),
                                  std::string("missing"),
                                  std::string("missing/"),
                                  std::string("missing/x"),
                                  std::string("missing/.."),
                                  std::string("absolute"),
                                  std::string("absolute/"),
                                  std::string("absolute/.."),
                                  std::string("relative/../inner"),
                                  std::string("dir/up"),
                                  std::string("dir/up/"),
                                  std::string("dir/escape"),
                                  std::string("escape"),
                                  std::string("host"),
                                  std::string("dangling"),
                                  std::string("dangling/"),
                                  std::string("dangling/x"),
                                  std::string("loop1"),
                                  std::string("loop1/"),
                                  std::string("loop1/x"),
                                  std::string("self"),
                                  std::string("self/x"),
                                  std::string("slashed"),
                                  std::string("slashed/inner"),
                                  std::string("slashed_file"),
                                  std::string("twice"),
                                  std::string("twice/"),
                                  std::string("dir/dotdot"),
                                  std::string("dir/dotdot/dir/dotdot/file"),
                                  std::string("dir/dotdot/../.."),
                                  std::string("chain39"),
                                  std::string("chain40"),
                                  std::string("dir//sub///"),
                                  long_name,
                                  "dir/" + long_name,
                                  long_path,
                                  std::string("dir/...")})
    for (int flags : {O_PATH, O_PATH | O_NOFOLLOW, O_PATH | O_DIRECTORY, O_PATH | O_DIRECTORY | O_NOFOLLOW,
                      O_RDONLY, O_RDONLY | O_NOFOLLOW, O_RDONLY | O_DIRECTORY, O_WRONLY, O_RDWR | O_NOFOLLOW})
      compare(root_, path, flags);
}

TEST_F(InRoot, BothWaysCreateAlike) {
  for (const char* path : {"new", "dir/new", "new/", "missing/new", "dangling", "file", "file/", "dir",
                           "dir/", ".", "..", "/", "loop1", "escape", "absolute/new", "absolute/../../new"})
    for (int flags : {O_WRONLY | O_CREAT, O_WRONLY | O_CREAT | O_EXCL, O_RDWR | O_CREAT | O_NOFOLLOW}) {
      auto made = [&](int fd) {
        const std::string result = fd < 0 ? outcome(fd) : "made";
        if (fd >= 0) close(fd);
        for (const char* name : {"new", "dir/new", "dir/sub/new"}) unlinkat(root_, name, 0);
        return result;
      };
      EXPECT_EQ(made(open_in_root(root_, path, flags, 0644)), made(walk_in_root(root_, path, flags, 0644)))
          << path << " with flags " << flags;
    }
}

TEST_F(InRoot, StaysInside) {
  for (const char* path : {"escape", "dir/escape", "../outside", "/../../outside", "dir/../../outside"}) {
    EXPECT_EQ(opened(path), inside("outside")) << path;
    EXPECT_EQ(walked(path), inside("outside")) << path;
  }
  EXPECT_EQ(opened("host"), "errno " + std::to_string(ENOENT));
  EXPECT_EQ(walked("host"), "errno " + std::to_string(ENOENT));
  EXPECT_EQ(walked("absolute"), inside("dir/sub"));
  EXPECT_EQ(walked("dir/up"), inside("file"));
  EXPECT_EQ(walked("chain39"), inside("file"));
  EXPECT_EQ(walked("chain40"), "errno " + std::to_string(ELOOP));
  EXPECT_EQ(walked("/.."), inside("."));
}

TEST_F(InRoot, RefusesMagicLinksOnly) {
  const int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (const char* path : {"self/cwd", "self/exe", "self/root/etc", "self/fd/0", "self/ns/mnt", "self",
                           "self/status", "mounts", "thread-self/comm"})
    for (int flags : {O_PATH, O_PATH | O_NOFOLLOW}) {
      const int one = open_in_root(proc, path, flags);
      const int two = walk_in_root(proc, path, flags);
      EXPECT_EQ(one < 0 ? one : 0, two < 0 ? two : 0) << path << " with flags " << flags;
      if (one >= 0) close(one);
      if (two >= 0) close(two);
    }
  EXPECT_EQ(walk_in_root(proc, "self/cwd", O_PATH), -ELOOP);
  close(proc);
}

// A second thread swaps a directory for a link to the host's root, and moves another about, as a hostile
// image could.
TEST_F(InRoot, NeverEscapesARace) {
  all_.directory("elsewhere");
  all_.file("elsewhere/target", "out");
  all_.file("root/dir/sub/target", "in");
  all_.directory("root/spare");
  all_.link(all_.path().c_str(), "root/bad");
  const std::string bad_target = outcome(openat(all_.fd(), "elsewhere/target", O_PATH | O_CLOEXEC));
  const std::string bad_outside = outcome(openat(all_.fd(), "outside", O_PATH | O_CLOEXEC));
  const std::string bad_top = outcome(openat(all_.fd(), ".", O_PATH | O_CLOEXEC));
  std::atomic<bool> stop = false;
  std::thread racer([&] {
    while (!stop) {
      (void)renameat2(root_, "dir", root_, "bad", RENAME_EXCHANGE);
      (void)renameat(root_, "dir/sub", root_, "spare/sub");
      (void)renameat(root_, "bad/sub", root_, "spare/sub");
      (void)renameat2(root_, "dir", root_, "bad", RENAME_EXCHANGE);
      (void)renameat(root_, "spare/sub", root_, "dir/sub");
      // Out of the root and back: ".." from in there leads to the host's tree.
      (void)renameat(root_, "dir/sub", all_.fd(), "elsewhere/sub");
      (void)renameat(all_.fd(), "elsewhere/sub", root_, "dir/sub");
    }
  });
  const auto end = raw::monotonic_ns() + 1'000'000'000;
  unsigned found = 0;
  while (raw::monotonic_ns() < end) {
    for (const char* path : {"dir/sub/target", "dir/sub/../../../elsewhere/target", "dir/../outside",
                             "dir/sub/../target", "dir/sub/../..", "bad/outside", "dir/sub/../../outside"})
      for (const auto& one :
           {outcome(open_in_root(root_, path, O_PATH)), outcome(walk_in_root(root_, path, O_PATH)),
            outcome(make_in_root(root_, "dir/sub/x", MakeKind::directory))}) {
        ASSERT_NE(one, bad_target) << path;
        ASSERT_NE(one, bad_outside) << path;
        ASSERT_NE(one, bad_top) << path;
        if (one.find(':') != std::string::npos) ++found;
      }
  }
  stop = true;
  racer.join();
  EXPECT_GT(found, 0u);
}

TEST_F(InRoot, MakesWhatIsMissing) {
  auto mode = [&](const char* name) {
    struct stat info{};
    return fstatat(root_, name, &info, AT_SYMLINK_NOFOLLOW) < 0 ? 0u : info.st_mode;
  };
  const mode_t mask = umask(0);
  auto make = [&](const char* path, MakeKind kind, const std::string& place) {
    const std::string made = outcome(make_in_root(root_, path, kind));
    EXPECT_EQ(made, inside(place.c_str())) << path;
  };
  make("/a/b/c", MakeKind::directory, "a/b/c");
  EXPECT_EQ(mode("a/b"), static_cast<unsigned>(S_IFDIR | 0755));
  make("a/f", MakeKind::file, "a/f");
  EXPECT_EQ(mode("a/f"), static_cast<unsigned>(S_IFREG | 0644));
  umask(mask);
  // What is there already is opened as it is.
  make("absolute", MakeKind::directory, "dir/sub");
  make("file", MakeKind::directory, "file");
  // Dangling links: their target is made, inside.
  make("dangling", MakeKind::directory, "missing/deep");
  make("host", MakeKind::file, all_.path().substr(1) + "/outside");
  make("../../x/../y", MakeKind::directory, "y");
  EXPECT_EQ(make_in_root(root_, "loop1", MakeKind::directory), -ELOOP);
  EXPECT_EQ(make_in_root(root_, "file/x", MakeKind::directory), -ENOTDIR);
  EXPECT_EQ(faccessat(all_.fd(), "x", F_OK, 0), -1);
}

TEST(OpenBeneath, RefusesLinksAndWaysOut) {
  test::TemporaryDirectory all;
  all.directory("dir");
  all.file("dir/a..b");
  all.link("dir", "link");
  all.link("a..b", "dir/link");
  auto result = [&](const char* path, int flags = O_RDONLY) {
    const int fd = open_beneath(all.fd(), path, flags);
    if (fd >= 0) close(fd);
    return fd < 0 ? fd : 0;
  };
  EXPECT_EQ(result("dir/a..b"), 0);
  EXPECT_EQ(result("link/a..b"), -ELOOP);
  EXPECT_EQ(result("dir/link"), -ELOOP);
  EXPECT_EQ(result("dir/link", O_PATH | O_NOFOLLOW), 0);
  EXPECT_EQ(result("dir/../dir/a..b"), -EXDEV);
  EXPECT_EQ(result("/etc/passwd"), -EXDEV);
  EXPECT_EQ(result(""), -ENOENT);
}

}  // namespace
}  // namespace masu::sys
