// SPDX-License-Identifier: Apache-2.0
//
// Values to bytes and back. Source: D-Bus Specification, "Marshaling (Wire Format)".
#pragma once

#include "masu/base/error.h"
#include "masu/dbus/value.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace masu::dbus {

inline constexpr std::size_t kMaxArray = std::size_t{64} << 20;
inline constexpr std::size_t kMaxMessage = std::size_t{128} << 20;
/// A message holds no more values than this here: a short element takes many times its size in memory.
inline constexpr std::size_t kMaxValues = std::size_t{1} << 20;

enum class ByteOrder : char { little = 'l', big = 'B' };

/// The signatures of the values in a row: "sua(sv)".
std::string signature_of(std::span<const Value> values);

/// The values as a message's body, little-endian. Refused (Kind::invalid_spec): a string that is no UTF-8 or
/// holds NUL, a bad object path or signature, an array that is too long or holds something else than it says.
Result<std::string> encode(std::span<const Value> values);

/// The values of a body. Kind::invalid_spec for bytes that do not hold exactly what `signature` says.
Result<Values> decode(std::string_view signature, std::string_view body, ByteOrder order = ByteOrder::little);

}  // namespace masu::dbus
