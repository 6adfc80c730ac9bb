// SPDX-License-Identifier: Apache-2.0
//
// Frames of ttrpc: ten bytes of header (length and stream, both big-endian, type, flags), then the message.
// Source: containerd/ttrpc, PROTOCOL.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace masu::ttrpc {

inline constexpr std::size_t kHeaderSize = 10;
inline constexpr std::size_t kLongestMessage = std::size_t{4} << 20;

enum class Type : std::uint8_t { request = 1, response = 2, data = 3 };

struct Frame {
  std::uint32_t stream = 0;
  Type type = Type::request;
  std::uint8_t flags = 0;
  std::string message;
  bool too_long = false;  ///< above kLongestMessage: `message` is empty, what came for it is dropped
};

/// Appends a frame.
void append_frame(std::string& out, Type type, std::uint32_t stream, std::string_view message);

/// Cuts a stream of bytes into frames, whatever the pieces that it comes in.
class FrameReader {
 public:
  void feed(std::string_view bytes);
  /// The next frame that is complete.
  std::optional<Frame> next();

 private:
  std::string buffer_;
  std::size_t dropping_ = 0;  // bytes of a message too long that are still to come
};

}  // namespace masu::ttrpc
