// SPDX-License-Identifier: Apache-2.0
//
// Times, sizes and ids as tables show them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace masu::manager {

std::string short_id(std::string_view id);    ///< 12 characters
std::string shown_size(std::uint64_t bytes);  ///< "4.2 MB"
/// "3 minutes ago"; "-" for what is no time.
std::string shown_age(std::string_view rfc3339);
/// "3 minutes"
std::string shown_span(std::int64_t seconds);
/// Seconds since then; nothing below zero.
std::int64_t seconds_since(std::string_view rfc3339);

}  // namespace masu::manager
