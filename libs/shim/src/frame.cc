// SPDX-License-Identifier: Apache-2.0
#include "masu/shim/frame.h"

namespace masu::shim {

void append_frame_head(std::string& out, Frame::Kind kind, std::size_t size) {
  const auto byte = [size](unsigned shift) { return static_cast<char>(size >> shift & 0xff); };
  out += {static_cast<char>(kind), 0, 0, 0, byte(24), byte(16), byte(8), byte(0)};
}

void append_frame(std::string& out, const Frame& frame) {
  append_frame_head(out, frame.kind, frame.bytes.size());
  out += frame.bytes;
}

std::optional<Frame> parse_frame(std::string_view bytes, std::size_t* size) {
  const auto byte = [bytes](std::size_t i) { return std::size_t{static_cast<unsigned char>(bytes[i])}; };
  *size = 0;
  if (!bytes.empty() && byte(0) > static_cast<std::size_t>(Frame::Kind::resize)) return std::nullopt;
  if (bytes.size() < kFrameHead) return Frame{};
  const std::size_t length = byte(4) << 24 | byte(5) << 16 | byte(6) << 8 | byte(7);
  if (length > kLongestFrame || byte(1) != 0 || byte(2) != 0 || byte(3) != 0) return std::nullopt;
  if (bytes.size() < kFrameHead + length) return Frame{};
  *size = kFrameHead + length;
  return Frame{static_cast<Frame::Kind>(bytes[0]), bytes.substr(kFrameHead, length)};
}

}  // namespace masu::shim
