// SPDX-License-Identifier: Apache-2.0
#include "masu/store/copy.h"

#include "masu/base/text.h"
#include "masu/store/tree.h"
#include "masu/sys/fd.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace masu::store {
namespace {

class CopyTest : public testing::Test {
 protected:
  void SetUp() override {
    top_ = testing::TempDir() + "copy-XXXXXX";
    ASSERT_NE(mkdtemp(top_.data()), nullptr);
    for (const char* name : {"/from", "/to", "/from/sub"}) ASSERT_EQ(mkdir((top_ + name).c_str(), 0755), 0);
    put("/from/sub/file", "text");
  }
  void TearDown() override { EXPECT_TRUE(remove_tree(AT_FDCWD, top_.c_str())); }

  void put(const std::string& name, std::string_view text) const {
    const sys::Fd file(open((top_ + name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640));
    ASSERT_EQ(write(file.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string get(const std::string& name) const { return sys::read_file(top_ + name).value_or("(none)"); }
  struct stat look(const std::string& name) const {
    struct stat out{};
    EXPECT_EQ(lstat((top_ + name).c_str(), &out), 0) << name;
    return out;
  }
  Result<> copy() const {
    const sys::Fd from(open((top_ + "/from").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const sys::Fd to(open((top_ + "/to").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return copy_tree(from.get(), to.get());
  }

  std::string top_;
};

TEST_F(CopyTest, AllThatFilesHave) {
  ASSERT_EQ(symlink("/nowhere", (top_ + "/from/link").c_str()), 0);
  ASSERT_EQ(mkfifo((top_ + "/from/pipe").c_str(), 0600), 0);
  ASSERT_EQ(chmod((top_ + "/from/pipe").c_str(), 0622), 0);
  const bool attributes = setxattr((top_ + "/from/sub/file").c_str(), "user.note", "kept", 4, 0) == 0;
  ASSERT_EQ(chmod((top_ + "/from/sub").c_str(), 01777), 0);
  const timespec times[2] = {{1'000'000'000, 5}, {1'100'000'000, 7}};
  ASSERT_EQ(utimensat(AT_FDCWD, (top_ + "/from/sub").c_str(), times, 0), 0);
  ASSERT_EQ(chmod((top_ + "/from").c_str(), 0710), 0);

  const auto copied = copy();
  ASSERT_TRUE(copied) << copied.error().message();
  EXPECT_EQ(get("/to/sub/file"), "text");
  EXPECT_EQ(look("/to/sub/file").st_mode & 07777, 0640U);
  EXPECT_EQ(look("/to/sub").st_mode & 07777, 01777U);
  EXPECT_EQ(look("/to/sub").st_mtim.tv_sec, 1'100'000'000);
  EXPECT_EQ(look("/to/sub").st_mtim.tv_nsec, 7);
  EXPECT_EQ(look("/to").st_mode & 07777, 0710U);
  EXPECT_TRUE(S_ISLNK(look("/to/link").st_mode));
  EXPECT_TRUE(S_ISFIFO(look("/to/pipe").st_mode));
  EXPECT_EQ(look("/to/pipe").st_mode & 07777, 0622U);
  char value[8] = {};
  if (attributes) {
    EXPECT_EQ(getxattr((top_ + "/to/sub/file").c_str(), "user.note", value, sizeof value), 4);
  }
}

TEST_F(CopyTest, NamesOfOneFileStayThat) {
  ASSERT_EQ(link((top_ + "/from/sub/file").c_str(), (top_ + "/from/other").c_str()), 0);
  ASSERT_EQ(link((top_ + "/from/sub/file").c_str(), (top_ + "/from/third").c_str()), 0);
  ASSERT_TRUE(copy());
  EXPECT_EQ(look("/to/other").st_ino, look("/to/sub/file").st_ino);
  EXPECT_EQ(look("/to/third").st_nlink, 3U);
  EXPECT_NE(look("/to/third").st_ino, look("/from/third").st_ino);
}

TEST_F(CopyTest, HolesStayHoles) {
  const sys::Fd file(open((top_ + "/from/sparse").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(pwrite(file.get(), "end", 3, 64 << 20), 3);
  ASSERT_EQ(ftruncate(file.get(), 128 << 20), 0);
  ASSERT_TRUE(copy());
  EXPECT_EQ(look("/to/sparse").st_size, 128 << 20);
  EXPECT_LT(look("/to/sparse").st_blocks * 512, 1 << 20);
  const sys::Fd copied(open((top_ + "/to/sparse").c_str(), O_RDONLY | O_CLOEXEC));
  char bytes[3] = {};
  ASSERT_EQ(pread(copied.get(), bytes, 3, 64 << 20), 3);
  EXPECT_EQ(std::string_view(bytes, 3), "end");
}

TEST_F(CopyTest, WhatIsThereIsNotWrittenOver) {
  ASSERT_EQ(mkdir((top_ + "/to/sub").c_str(), 0755), 0);
  const auto copied = copy();
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().err(), EEXIST);
}

TEST_F(CopyTest, DeepAndWide) {
  std::string path = "/from/deep";
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(mkdir((top_ + path).c_str(), 0755), 0);
    path += "/d";
  }
  for (int i = 0; i < 300; ++i) {
    put(cat("/from/sub/", i), "");
    ASSERT_EQ(link((top_ + cat("/from/sub/", i)).c_str(), (top_ + cat("/from/sub/l", i)).c_str()), 0);
  }
  ASSERT_TRUE(copy());
  EXPECT_EQ(list_folder(AT_FDCWD, (top_ + "/to/sub").c_str())->size(), 601U);
}

TEST_F(CopyTest, ALayerIsAppliedAsOverlayfsHasIt) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may make an opaque folder";
  for (const char* name : {"/to/sub", "/to/opaque", "/to/gone", "/to/folder", "/from/opaque"})
    ASSERT_EQ(mkdir((top_ + name).c_str(), 0755), 0);
  for (const char* name :
       {"/to/sub/below", "/to/opaque/below", "/to/gone/below", "/to/folder/below", "/to/file"})
    put(name, "below");
  put("/from/opaque/above", "above");
  put("/from/folder", "a file now");
  ASSERT_EQ(mkdir((top_ + "/from/file").c_str(), 0750), 0);
  ASSERT_EQ(mknod((top_ + "/from/gone").c_str(), S_IFCHR, 0), 0);
  ASSERT_EQ(mknod((top_ + "/from/never").c_str(), S_IFCHR, 0), 0);
  ASSERT_EQ(setxattr((top_ + "/from/opaque").c_str(), "trusted.overlay.opaque", "y", 1, 0), 0);
  const sys::Fd from(open((top_ + "/from").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      to(open((top_ + "/to").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_TRUE(apply_layer(from.get(), to.get()));
  EXPECT_EQ(get("/to/sub/below"), "below");
  EXPECT_EQ(get("/to/sub/file"), "text");
  EXPECT_EQ(get("/to/opaque/below"), "(none)");
  EXPECT_EQ(get("/to/opaque/above"), "above");
  EXPECT_EQ(get("/to/folder"), "a file now");
  EXPECT_EQ(look("/to/file").st_mode, S_IFDIR | 0750U);
  EXPECT_EQ(get("/to/gone/below"), "(none)");
  EXPECT_EQ(access((top_ + "/to/never").c_str(), F_OK), -1);
}

TEST_F(CopyTest, OwnersAreGivenAndLinksNotFollowed) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  put("/outside", "mine");
  ASSERT_EQ(symlink("../outside", (top_ + "/from/link").c_str()), 0);
  const sys::Fd folder(open((top_ + "/from").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_TRUE(chown_tree(folder.get(), 1234, std::nullopt));
  EXPECT_EQ(look("/from/sub/file").st_uid, 1234U);
  EXPECT_EQ(look("/from/sub/file").st_gid, getegid());
  EXPECT_EQ(look("/from/link").st_uid, 1234U);
  EXPECT_EQ(look("/outside").st_uid, 0U);
  ASSERT_TRUE(copy());
  EXPECT_EQ(look("/to/sub/file").st_uid, 1234U);
  EXPECT_EQ(look("/to").st_uid, 1234U);
}

}  // namespace
}  // namespace masu::store
