// SPDX-License-Identifier: Apache-2.0
#include "masu/store/walk.h"

#include "masu/store/copy.h"
#include "masu/store/tree.h"
#include "masu/sys/fd.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace masu::store {
namespace {

class WalkTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "walk-XXXXXX";
    ASSERT_NE(mkdtemp(path_.data()), nullptr);
    ASSERT_EQ(
        std::system(("cd " + path_ +
                     " && mkdir -p b/c/d a && printf 12345 >b/c/file && ln b/c/file a/same && ln -s / b/link")
                        .c_str()),
        0);
    folder_ = *sys::open(path_, O_RDONLY | O_DIRECTORY);
  }
  void TearDown() override { EXPECT_TRUE(remove_tree(AT_FDCWD, path_.c_str())); }
  std::string path_;
  sys::Fd folder_;
};

TEST_F(WalkTest, AFolderBeforeWhatIsInItInOrder) {
  std::string seen;
  ASSERT_TRUE(walk(folder_.get(), true, [&](const Found& found) -> Result<Walk> {
    seen += found.path + " ";
    return Walk::on;
  }));
  EXPECT_EQ(seen, "a a/same b b/c b/c/d b/c/file b/link ");
}

TEST_F(WalkTest, GoesPastAndEndsWithAnError) {
  std::string seen;
  ASSERT_TRUE(walk(folder_.get(), true, [&](const Found& found) -> Result<Walk> {
    seen += found.path + " ";
    return found.path == "b/c" ? Walk::past : Walk::on;
  }));
  EXPECT_EQ(seen, "a a/same b b/c b/link ");
  EXPECT_FALSE(walk(folder_.get(), true,
                    [](const Found&) -> Result<Walk> { return fail(Error::make(Kind::system, "no")); }));
}

// More levels than fds, and the way back by "..".
TEST_F(WalkTest, ADeepTreeNeedsFewFds) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{160, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  std::string path = path_ + "/deep";
  for (int i = 0; i < 400; ++i) {
    ASSERT_EQ(mkdir(path.c_str(), 0755), 0);
    ASSERT_EQ(mkdir((path + "/z").c_str(), 0755), 0);
    path += "/d";
  }
  int seen = 0;
  const auto walked = walk(folder_.get(), true, [&](const Found& found) -> Result<Walk> {
    EXPECT_EQ(faccessat(found.parent, found.name, F_OK, AT_SYMLINK_NOFOLLOW), 0);
    if (found.path.starts_with("deep")) ++seen;
    return Walk::on;
  });
  EXPECT_TRUE(walked) << walked.error().message();
  EXPECT_EQ(seen, 800);
  ASSERT_EQ(mkdir((path_ + "/copy").c_str(), 0755), 0);
  const sys::Fd from = *sys::open(path_ + "/deep", O_RDONLY | O_DIRECTORY),
                to = *sys::open(path_ + "/copy", O_RDONLY | O_DIRECTORY);
  const auto copied = copy_tree(from.get(), to.get());
  EXPECT_TRUE(copied) << copied.error().message();
  EXPECT_EQ(tree_size(AT_FDCWD, path_.c_str()), 5U);
  EXPECT_TRUE(remove_tree(folder_.get(), "deep"));
  EXPECT_TRUE(remove_tree(folder_.get(), "copy"));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST_F(WalkTest, AFolderThatIsMovedWhileItIsWalked) {
  std::string path = path_ + "/deep";
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(mkdir(path.c_str(), 0755), 0);
    path += "/d";
  }
  const auto walked = walk(folder_.get(), true, [&](const Found& found) -> Result<Walk> {
    constexpr std::size_t kDeepest = 4 + 2 * 99, kFarAbove = 5 + 2 * 20;
    if (found.path.size() == kDeepest) {
      const std::string far = path.substr(0, path_.size() + kFarAbove);
      EXPECT_EQ(rename(far.c_str(), (path_ + "/moved").c_str()), 0);
    }
    return Walk::on;
  });
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error().kind(), Kind::invalid_state);
}

TEST_F(WalkTest, AFileOfTwoNamesIsCountedOnce) {
  EXPECT_EQ(tree_size(AT_FDCWD, path_.c_str()), 5U);
  EXPECT_EQ(tree_size(folder_.get(), "none"), 0U);
}

}  // namespace
}  // namespace masu::store
