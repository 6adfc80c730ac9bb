// SPDX-License-Identifier: Apache-2.0
//
// Signatures: the types of values, one or two characters each. Source: D-Bus Specification 0.43, "Type
// System".
#pragma once

#include <cstddef>
#include <string_view>

namespace masu::dbus {

/// Arrays may nest this deep, and structs (dict entries among them) too; containers in all, variants
/// included, twice that.
inline constexpr unsigned kMaxNesting = 32;
inline constexpr unsigned kMaxDepth = 64;

/// The length of the first complete type of `signature` ("a{sv}u" → 5); 0 if it does not begin with a valid
/// one. A dict entry is valid only as the element of an array.
std::size_t first_type(std::string_view signature);
/// Any number of complete types, 255 bytes at most.
bool is_signature(std::string_view signature);
/// Exactly one complete type: what a variant holds.
bool is_single_type(std::string_view signature);

/// The boundary that a value of this type begins at: 1, 2, 4 or 8.
std::size_t alignment(char type);

/// "/", or "/org/freedesktop/systemd1": elements of letters, digits and _.
bool is_object_path(std::string_view path);
/// UTF-8 without NUL, overlong forms and surrogates.
bool is_text(std::string_view bytes);

}  // namespace masu::dbus
