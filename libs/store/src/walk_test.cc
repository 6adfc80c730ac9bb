// SPDX-License-Identifier: Apache-2.0
#include "masu/store/walk.h"

#include "masu/store/tree.h"
#include "masu/sys/fd.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <fcntl.h>
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

TEST_F(WalkTest, AFileOfTwoNamesIsCountedOnce) {
  EXPECT_EQ(tree_size(AT_FDCWD, path_.c_str()), 5U);
  EXPECT_EQ(tree_size(folder_.get(), "none"), 0U);
}

}  // namespace
}  // namespace masu::store
