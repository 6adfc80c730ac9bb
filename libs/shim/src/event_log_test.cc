// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/event_log.h"

#include "masu/base/text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::shim {
namespace {

class EventLogTest : public testing::Test {
 protected:
  void SetUp() override {
    base_ = testing::TempDir() + "event-log-XXXXXX";
    ASSERT_NE(mkdtemp(base_.data()), nullptr);
    folder_ = base_ + "/events";
  }
  void TearDown() override {
    for (const char* name : {"/log", "/log.1"}) (void)unlink((folder_ + name).c_str());
    (void)rmdir(folder_.c_str());
    (void)rmdir(base_.c_str());
  }
  std::string base_, folder_;
};

TEST_F(EventLogTest, WhatIsAddedIsReadInOrder) {
  ASSERT_TRUE(append_event(folder_, "one"));
  auto reader = EventReader::open(folder_);
  ASSERT_TRUE(reader);
  std::string line;
  ASSERT_TRUE(*reader->next(line));
  EXPECT_EQ(line, "one");
  EXPECT_FALSE(*reader->next(line));
  ASSERT_TRUE(append_event(folder_, "two"));
  reader->wait(0);
  ASSERT_TRUE(*reader->next(line));
  EXPECT_EQ(line, "two");
}

TEST_F(EventLogTest, ManyWritersLoseNothingOverARotation) {
  constexpr int kWriters = 4, kLines = 150;
  auto reader = EventReader::open(folder_);
  ASSERT_TRUE(reader);
  for (int writer = 0; writer < kWriters; ++writer)
    if (fork() == 0) {
      for (int i = 0; i < kLines; ++i)
        if (!append_event(folder_, cat(writer, " ", i, " ", std::string(4096, 'x')))) _exit(1);
      _exit(0);
    }
  std::set<std::string> seen;
  std::string line;
  for (int running = kWriters; running > 0;) {
    int status = 0;
    if (waitpid(-1, &status, WNOHANG) > 0) {
      EXPECT_EQ(status, 0);
      --running;
    }
    while (*reader->next(line)) seen.insert(line.substr(0, line.find(" x")));
  }
  while (*reader->next(line)) seen.insert(line.substr(0, line.find(" x")));
  EXPECT_EQ(seen.size(), std::size_t{kWriters} * kLines);
  struct stat status{};
  EXPECT_EQ(stat((folder_ + "/log.1").c_str(), &status), 0) << "it has not been rotated";
}

}  // namespace
}  // namespace masu::shim
