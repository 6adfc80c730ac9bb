// SPDX-License-Identifier: Apache-2.0
//
// Base64 (RFC 4648 section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace masu {

/// The bytes that `text` stands for; nothing if it is no base64: padding is required, line ends are not
/// allowed.
std::optional<std::string> decode_base64(std::string_view text);

std::string encode_base64(std::string_view bytes);

}  // namespace masu
