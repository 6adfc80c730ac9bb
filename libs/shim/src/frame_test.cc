// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/frame.h"

#include <gtest/gtest.h>

namespace masu::shim {
namespace {

TEST(Frame, ComesBack) {
  std::string bytes;
  append_frame(bytes, {Frame::Kind::err, std::string_view("a\0b", 3)});
  append_frame(bytes, {Frame::Kind::input, ""});
  std::size_t size = 0;
  const auto first = parse_frame(bytes, &size);
  ASSERT_TRUE(first);
  EXPECT_EQ(size, 11u);
  EXPECT_EQ(first->kind, Frame::Kind::err);
  EXPECT_EQ(first->bytes, std::string_view("a\0b", 3));
  const auto second = parse_frame(std::string_view(bytes).substr(size), &size);
  ASSERT_TRUE(second);
  EXPECT_EQ(size, 8u);
  EXPECT_TRUE(second->bytes.empty());
}

TEST(Frame, AsksForMore) {
  std::string bytes;
  append_frame(bytes, {Frame::Kind::out, "hello"});
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    std::size_t size = 1;
    EXPECT_TRUE(parse_frame(std::string_view(bytes).substr(0, cut), &size));
    EXPECT_EQ(size, 0u);
  }
}

TEST(Frame, RefusesOthers) {
  std::size_t size = 0;
  EXPECT_FALSE(parse_frame("G", &size));
  EXPECT_FALSE(parse_frame(std::string_view("\0\1\0\0\0\0\0\0", 8), &size));
  EXPECT_FALSE(parse_frame(std::string_view("\0\0\0\0\xff\0\0\0", 8), &size));
}

}  // namespace
}  // namespace masu::shim
