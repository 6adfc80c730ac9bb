// SPDX-License-Identifier: Apache-2.0
#include "masu/protobuf/wire.h"

#include <gtest/gtest.h>

#include <limits>

namespace masu::protobuf {
namespace {

using namespace std::string_literals;

TEST(Writer, WritesWhatTheFormatSays) {
  std::string text;
  Writer out(text);
  out.number(1, 150);  // the example of protobuf's own description
  EXPECT_EQ(text, "\x08\x96\x01"s);
  text.clear();
  out.bytes(2, "testing");
  EXPECT_EQ(text, "\x12\x07testing"s);
  text.clear();
  out.number(16, 0);
  EXPECT_EQ(text, "\x80\x01\x00"s);
  text.clear();
  out.number(1, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(text, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s);
}

TEST(Reader, ReadsWhatWasWritten) {
  std::string text;
  Writer out(text);
  for (const std::uint64_t number : {0ull, 1ull, 127ull, 128ull, 300ull, ~0ull}) out.number(63, number);
  out.bytes(64, std::string(300, 'x'));
  Reader in(text);
  for (const std::uint64_t number : {0ull, 1ull, 127ull, 128ull, 300ull, ~0ull}) {
    ASSERT_EQ(in.next().value_or(false), true);
    EXPECT_EQ(in.field(), 63u);
    EXPECT_EQ(in.number(), number);
    EXPECT_EQ(in.bytes(), "");
  }
  ASSERT_EQ(in.next().value_or(false), true);
  EXPECT_EQ(in.field(), 64u);
  EXPECT_EQ(in.bytes(), std::string(300, 'x'));
  EXPECT_EQ(in.next().value_or(true), false);
}

TEST(Reader, PassesOverFixedFields) {
  const std::string text =
      "\x0d"
      "1234"
      "\x11"
      "12345678"
      "\x18\x07"s;
  Reader in(text);
  ASSERT_TRUE(in.next().value_or(false));
  EXPECT_EQ(in.field(), 1u);
  ASSERT_TRUE(in.next().value_or(false));
  EXPECT_EQ(in.field(), 2u);
  ASSERT_TRUE(in.next().value_or(false));
  EXPECT_EQ(in.number(), 7u);
}

TEST(Reader, RefusesWhatIsCutOffOrNoField) {
  for (const std::string& text :
       {"\x08"s, "\x08\x80"s,
        "\x12\x05"
        "abc"s,
        "\x0d"
        "123"s,
        "\x11"
        "1234567"s,
        "\x0b"s, "\x00\x00"s, "\x0e\x00"s, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s,
        "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s}) {
    Reader in(text);
    EXPECT_FALSE(in.next()) << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace masu::protobuf
