// SPDX-License-Identifier: Apache-2.0
//
// What an attached connection speaks, in both directions: a kind, three zero bytes, the length (big-endian,
// 32 bits), and as many bytes. Docker's clients know the frames of output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace masu::shim {

struct Frame {
  enum class Kind : std::uint8_t {
    input = 0,   ///< from the client; an empty one ends the input
    out = 1,     ///< stdout, or the terminal
    err = 2,     ///< stderr
    ended = 3,   ///< JSON: how the process ended; the last frame
    resize = 4,  ///< from the client: rows and columns, big-endian, 16 bits each
  };
  Kind kind = Kind::input;
  std::string_view bytes;
};

inline constexpr std::size_t kFrameHead = 8;
/// Longer frames are refused.
inline constexpr std::size_t kLongestFrame = std::size_t{1} << 20;

void append_frame_head(std::string& out, Frame::Kind kind, std::size_t size);
void append_frame(std::string& out, const Frame& frame);

/// The frame that `bytes` begins with; `*size` is its length with its head, 0 if more bytes are needed.
/// Nothing if it is none.
std::optional<Frame> parse_frame(std::string_view bytes, std::size_t* size);

}  // namespace masu::shim
