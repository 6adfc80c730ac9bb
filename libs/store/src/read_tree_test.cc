// SPDX-License-Identifier: Apache-2.0
#include "masu/store/read_tree.h"

#include "masu/store/tree.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace masu::store {
namespace {

class ReadTreeTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "read-tree-XXXXXX";
    ASSERT_NE(mkdtemp(path_.data()), nullptr);
    run("mkdir -p from/a to; printf hello >from/a/file; ln from/a/file from/b; ln -s a/file from/link; "
        "mkfifo from/pipe; chmod 4750 from/a/file; truncate -s 1M from/hole; printf end >>from/hole");
    from_ = *sys::open(path_ + "/from", O_RDONLY | O_DIRECTORY);
    to_ = *sys::open(path_ + "/to", O_RDONLY | O_DIRECTORY);
  }
  void TearDown() override { EXPECT_TRUE(remove_tree(AT_FDCWD, path_.c_str())); }
  void run(const std::string& script) const {
    ASSERT_EQ(std::system(("cd " + path_ + " && { " + script + "; }").c_str()), 0);
  }
  Result<> copy(LayerWriter& writer, ReadOptions options = {}) {
    const EntrySink sink{
        .begin = [&](const Entry& entry) { return writer.begin(entry); },
        .write = [&](std::string_view bytes, std::uint64_t at) { return writer.write(bytes, at); }};
    if (auto read = read_tree(from_.get(), options, sink); !read) return read;
    return writer.finish();
  }
  std::string path_;
  sys::Fd from_, to_;
};

TEST_F(ReadTreeTest, WhatIsReadAndWrittenIsTheSame) {
  LayerWriter writer(to_.get(), LayerWriter::Plain{});
  ASSERT_TRUE(copy(writer));
  run("diff -r --no-dereference -x pipe from to && test -p to/pipe && test to/b -ef to/a/file && "
      "test $(stat -c %a to/a/file) = 4750 && test $(stat -c %Y to/a) = $(stat -c %Y from/a) && cmp "
      "from/hole to/hole");
}

TEST_F(ReadTreeTest, WhatIsRedirectedIsNoLayer) {
  for (const char* mark : {"user.overlay.redirect", "user.overlay.metacopy"}) {
    LayerWriter writer(to_.get(), LayerWriter::Plain{});
    ASSERT_EQ(setxattr((path_ + "/from/a").c_str(), mark, "/x", 2, 0), 0);
    const auto refused = copy(writer, {.as_layer = true});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), Kind::unsupported);
    EXPECT_TRUE(copy(writer));  // in a copy for use it means nothing
    ASSERT_EQ(removexattr((path_ + "/from/a").c_str(), mark), 0);
    run("rm -r to/*");
  }
}

TEST_F(ReadTreeTest, APrefixAndWhatIsLeftOut) {
  LayerWriter writer(to_.get(), LayerWriter::Plain{});
  ASSERT_TRUE(
      copy(writer, {.prefix = "in/", .left_out = [](const std::string& path) { return path == "a"; }}));
  run("test -e to/in/b && test ! -e to/in/a && test -L to/in/link");
}

TEST_F(ReadTreeTest, AFolderAndAFileDoNotTakeEachOthersPlace) {
  run("mkdir to/b; echo x >to/b/mine; touch to/a");
  LayerWriter refused(to_.get(), LayerWriter::Plain{});
  EXPECT_FALSE(copy(refused));
  run("test -e to/b/mine && test -f to/a");
  LayerWriter writer(to_.get(), LayerWriter::Plain{.overwrite = true});
  EXPECT_TRUE(copy(writer));
  run("test -f to/b && test -d to/a");
}

TEST_F(ReadTreeTest, AFolderThatIsThereStaysAsItIs) {
  run("mkdir -m 711 to/a; touch to/a/mine");
  LayerWriter writer(to_.get(), LayerWriter::Plain{});
  ASSERT_TRUE(copy(writer));
  run("test $(stat -c %a to/a) = 711 && test -e to/a/mine && test -e to/a/file");
}

TEST_F(ReadTreeTest, DeletionsOfALayer) {
  if (geteuid() != 0) GTEST_SKIP() << "whiteouts are devices, which need root";
  run("mknod from/gone c 0 0; mkdir from/full; python3 -c 'import os; os.setxattr(\"from/full\", "
      "\"trusted.overlay.opaque\", b\"y\")'");
  std::string seen;
  const EntrySink sink{.begin = [&](const Entry& entry) -> Result<> {
                         seen += entry.path + " ";
                         return {};
                       },
                       .write = [](std::string_view, std::uint64_t) -> Result<> { return {}; }};
  ASSERT_TRUE(read_tree(from_.get(), {.as_layer = true}, sink));
  EXPECT_EQ(seen, "a a/file b full full/.wh..wh..opq .wh.gone hole link pipe ");
}

}  // namespace
}  // namespace masu::store
