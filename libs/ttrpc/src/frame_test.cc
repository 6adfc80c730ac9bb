// SPDX-License-Identifier: Apache-2.0
#include "masu/ttrpc/frame.h"

#include <gtest/gtest.h>

namespace masu::ttrpc {
namespace {

using namespace std::string_literals;

std::string framed(std::string_view message, std::uint32_t stream = 1) {
  std::string out;
  append_frame(out, Type::request, stream, message);
  return out;
}

TEST(AppendFrame, WritesLengthStreamTypeAndFlags) {
  std::string out;
  append_frame(out, Type::response, 0x01020304, "abc");
  EXPECT_EQ(out, "\x00\x00\x00\x03\x01\x02\x03\x04\x02\x00"s + "abc");
}

TEST(FrameReader, ReadsFramesFromPiecesOfAnySize) {
  const std::string bytes = framed("first", 1) + framed("", 3) + framed(std::string(3000, 'x'), 5);
  for (std::size_t piece = 1; piece < bytes.size(); piece += 7) {
    FrameReader reader;
    std::string seen;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(std::string_view(bytes).substr(at, piece));
      while (const auto frame = reader.next())
        seen += std::to_string(frame->stream) + ":" + frame->message + ";";
    }
    EXPECT_EQ(seen, "1:first;3:;5:" + std::string(3000, 'x') + ";");
  }
}

TEST(FrameReader, DropsAMessageThatIsTooLongAndGoesOn) {
  FrameReader reader;
  reader.feed("\x00\x40\x00\x01\x00\x00\x00\x07\x01\x00"s);  // 4 MiB and a byte
  const auto frame = reader.next();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->too_long);
  EXPECT_EQ(frame->stream, 7u);
  for (int i = 0; i < 4; ++i) reader.feed(std::string(std::size_t{1} << 20, 'x'));
  EXPECT_FALSE(reader.next());
  reader.feed("x" + framed("after"));
  const auto after = reader.next();
  ASSERT_TRUE(after);
  EXPECT_EQ(after->message, "after");
}

TEST(FrameReader, WaitsForTheRestOfAFrame) {
  FrameReader reader;
  const std::string bytes = framed("abc");
  reader.feed(bytes.substr(0, bytes.size() - 1));
  EXPECT_FALSE(reader.next());
  reader.feed(bytes.substr(bytes.size() - 1));
  EXPECT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace masu::ttrpc
