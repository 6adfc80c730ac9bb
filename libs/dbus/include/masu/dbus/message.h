// SPDX-License-Identifier: Apache-2.0
//
// A message: its header's fields, and its body as bytes until someone asks for the values. Source: D-Bus
// Specification, "Message Format".
#pragma once

#include "masu/base/error.h"
#include "masu/dbus/marshal.h"
#include "masu/dbus/value.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace masu::dbus {

struct Message {
  enum class Type : std::uint8_t { call = 1, reply = 2, error = 3, signal = 4 };

  Type type = Type::call;
  std::uint8_t flags = 0;
  std::uint32_t serial = 0;        ///< never 0 on the wire
  std::uint32_t reply_serial = 0;  ///< of the call that a reply or error is for
  std::string path;
  std::string interface;
  std::string member;
  std::string error_name;
  std::string destination;
  std::string sender;
  std::string signature;  ///< of the body
  std::string body;
  ByteOrder order = ByteOrder::little;  ///< of the body

  Result<Values> values() const { return decode(signature, body, order); }
};

inline constexpr std::uint8_t kNoReplyExpected = 1;

/// The message as bytes, little-endian.
Result<std::string> to_bytes(const Message& message);

/// The size of the whole message, from its first kHeadSize bytes. Kind::invalid_spec if they begin no message
/// of 128 MiB or less.
inline constexpr std::size_t kHeadSize = 16;
Result<std::size_t> message_size(std::string_view head);
/// Exactly one message. The body is checked by values(). Fields of the header that are not known are skipped.
Result<Message> parse_message(std::string_view bytes);

}  // namespace masu::dbus
