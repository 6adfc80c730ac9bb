// SPDX-License-Identifier: Apache-2.0
#include "cache.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace masu::wasm {
namespace {

class CacheTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(mkdtemp(home_), nullptr); }
  void TearDown() override { (void)!system((std::string("rm -rf ") + home_).c_str()); }
  std::string folder() const { return std::string(home_) + "/masu/wasm"; }
  std::string file(const std::string& key) const { return folder() + "/" + key; }
  Cache open() const { return std::move(*Cache::open({folder()})); }
  void set_age(const std::string& key, long seconds) const {
    const timespec old{time(nullptr) - seconds, 0};
    const timespec both[] = {old, old};
    ASSERT_EQ(utimensat(AT_FDCWD, file(key).c_str(), both, 0), 0);
  }

 private:
  char home_[32] = "/tmp/masu-cache-test-XXXXXX";
};

TEST_F(CacheTest, KeepsWhatIsStored) {
  const Cache cache = open();
  EXPECT_FALSE(cache.find("k"));
  ASSERT_TRUE(cache.store("k", "code"));
  EXPECT_EQ(cache.find("k"), "code");
  EXPECT_TRUE(cache.store("k", "code"));  // another was as fast
  struct stat info;
  ASSERT_EQ(stat(folder().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700u);
  ASSERT_EQ(stat(file("k").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0400u);
}

TEST_F(CacheTest, TrustsNoFileThatOthersMayHaveWritten) {
  const Cache cache = open();
  ASSERT_TRUE(cache.store("k", "code"));
  ASSERT_EQ(chmod(file("k").c_str(), 0620), 0);
  EXPECT_FALSE(cache.find("k"));
  ASSERT_EQ(unlink(file("k").c_str()), 0);
  ASSERT_EQ(symlink("/etc/passwd", file("k").c_str()), 0);
  EXPECT_FALSE(cache.find("k"));
  ASSERT_EQ(mkdir(file("d").c_str(), 0700), 0);
  EXPECT_FALSE(cache.find("d"));
}

TEST_F(CacheTest, UsesNoFolderThatOthersMayWrite) {
  (void)open();
  ASSERT_EQ(chmod(folder().c_str(), 0770), 0);
  EXPECT_FALSE(Cache::open({folder()}));
  const std::string other = folder() + "-of-user";
  EXPECT_TRUE(Cache::open({folder(), other}));
  struct stat info;
  EXPECT_EQ(stat(other.c_str(), &info), 0);
  ASSERT_EQ(rename(other.c_str(), (other + "2").c_str()), 0);
  ASSERT_EQ(symlink((other + "2").c_str(), other.c_str()), 0);
  EXPECT_FALSE(Cache::open({other}));
}

TEST_F(CacheTest, WhatWasUsedLongestAgoMakesRoom) {
  const Cache cache = open();
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(cache.store(key, "1234567890"));
  set_age("a", 300);
  set_age("b", 200);
  set_age("c", 100);
  EXPECT_TRUE(cache.find("a"));  // which is its last use now
  ASSERT_TRUE(cache.store("d", "1234567890", 30));
  EXPECT_FALSE(cache.find("b"));
  for (const char* key : {"a", "c", "d"}) EXPECT_TRUE(cache.find(key)) << key;
  ASSERT_TRUE(cache.store("e", "1234567890", 5));  // more than there may be at all
  EXPECT_FALSE(cache.find("e"));
  EXPECT_TRUE(cache.find("a"));
}

}  // namespace
}  // namespace masu::wasm
