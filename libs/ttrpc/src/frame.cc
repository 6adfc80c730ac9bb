// SPDX-License-Identifier: Apache-2.0
#include "masu/ttrpc/frame.h"

#include <algorithm>
#include <utility>

namespace masu::ttrpc {
namespace {

constexpr std::size_t kStreamAt = 4, kTypeAt = 8, kFlagsAt = 9;

std::uint32_t read_word(std::string_view bytes) {
  std::uint32_t word = 0;
  for (const char byte : bytes.substr(0, 4)) word = word << 8 | static_cast<unsigned char>(byte);
  return word;
}

void append_word(std::string& out, std::uint32_t word) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(word >> shift & 0xff);
}

}  // namespace

void append_frame(std::string& out, Type type, std::uint32_t stream, std::string_view message) {
  out.reserve(out.size() + kHeaderSize + message.size());
  append_word(out, static_cast<std::uint32_t>(message.size()));
  append_word(out, stream);
  out += static_cast<char>(type);
  out += '\0';  // flags
  out += message;
}

void FrameReader::feed(std::string_view bytes) {
  const std::size_t dropped = std::min(dropping_, bytes.size());
  dropping_ -= dropped;
  buffer_ += bytes.substr(dropped);
}

std::optional<Frame> FrameReader::next() {
  if (buffer_.size() < kHeaderSize) return std::nullopt;
  const std::string_view bytes = buffer_;
  const std::size_t length = read_word(bytes);
  const bool too_long = length > kLongestMessage;
  if (!too_long && bytes.size() < kHeaderSize + length) return std::nullopt;
  Frame frame{.stream = read_word(bytes.substr(kStreamAt)),
              .type = static_cast<Type>(bytes[kTypeAt]),
              .flags = static_cast<std::uint8_t>(bytes[kFlagsAt]),
              .too_long = too_long};
  const std::size_t here = std::min(length, bytes.size() - kHeaderSize);
  if (too_long)
    dropping_ = length - here;
  else
    frame.message = bytes.substr(kHeaderSize, length);
  buffer_.erase(0, kHeaderSize + here);
  if (buffer_.empty()) std::string().swap(buffer_);  // a large message's memory is not kept
  return frame;
}

}  // namespace masu::ttrpc
