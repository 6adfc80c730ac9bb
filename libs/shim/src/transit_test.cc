// SPDX-License-Identifier: Apache-2.0
#include "transit.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace masu::shim {
namespace {

TEST(Transit, TakesWhatIsThere) {
  auto made = Transit::make();
  ASSERT_TRUE(made);
  Transit& transit = **made;
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
  EXPECT_EQ(transit.take(fds[0], Stream::out), -EAGAIN);
  ASSERT_EQ(write(fds[1], "words", 5), 5);
  EXPECT_EQ(transit.take(fds[0], Stream::err), 5);
  EXPECT_EQ(transit.bytes(), "words");
  EXPECT_EQ(transit.stream(), Stream::err);
  transit.clear();
  EXPECT_EQ(transit.bytes(), "");
  close(fds[1]);
  EXPECT_EQ(transit.take(fds[0], Stream::out), 0);
  close(fds[0]);
}

TEST(Transit, WhatWasUnderWayIsFoundAgain) {
  auto made = Transit::make();
  ASSERT_TRUE(made);
  Transit& transit = **made;
  // Killed after splice(2) has moved it, before that could be noted.
  ASSERT_EQ(write(transit.in(), "words", 5), 5);
  transit.recover();
  EXPECT_EQ(transit.bytes(), "words");
  // Killed after it was taken: the next shim finds the same.
  transit.recover();
  EXPECT_EQ(transit.bytes(), "words");
  transit.clear();
  transit.recover();
  EXPECT_EQ(transit.bytes(), "");
}

}  // namespace
}  // namespace masu::shim
