// SPDX-License-Identifier: Apache-2.0
//
// Numbers with units, as Go's programs read them: callers are written for those.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace masu::runtime {

/// "512", "64M", "1.5g", "10KiB", "2 GB": bytes, in powers of 1024. Nothing for what is no size, is negative
/// or does not fit.
std::optional<std::int64_t> parse_size(std::string_view text);

/// "5s", "100ms", "1m30s", "1.5h", "0". Nothing for what is no duration, is negative, has no unit or does not
/// fit.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

}  // namespace masu::runtime
