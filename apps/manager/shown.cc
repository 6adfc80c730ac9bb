// SPDX-License-Identifier: Apache-2.0
#include "shown.h"

#include "masu/base/text.h"
#include "masu/shim/log_record.h"

#include <algorithm>
#include <array>

#include <time.h>

namespace masu::manager {

std::string short_id(std::string_view id) {
  constexpr std::size_t kShown = 12;
  return std::string(id.substr(0, kShown));
}

std::string shown_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  std::uint64_t tenths = bytes * 10;
  while (tenths >= 10'000 && unit + 1 < kUnits.size()) {
    tenths = (tenths + 500) / 1000;
    ++unit;
  }
  if (unit == 0 || tenths >= 1000) return cat(tenths / 10, " ", kUnits[unit]);
  return cat(tenths / 10, ".", tenths % 10, " ", kUnits[unit]);
}

std::string shown_span(std::int64_t seconds) {
  struct Unit {
    std::int64_t seconds;
    std::string_view one, many;
  };
  constexpr std::array<Unit, 5> kUnits = {{{std::int64_t{365} * 86400, "year", "years"},
                                           {std::int64_t{30} * 86400, "month", "months"},
                                           {86400, "day", "days"},
                                           {3600, "hour", "hours"},
                                           {60, "minute", "minutes"}}};
  for (const Unit& unit : kUnits)
    if (const std::int64_t count = seconds / unit.seconds; count > 0)
      return cat(count, " ", count == 1 ? unit.one : unit.many);
  return cat(seconds, seconds == 1 ? " second" : " seconds");
}

std::int64_t seconds_since(std::string_view rfc3339) {
  const auto then = shim::parse_time(rfc3339);
  if (!then) return 0;
  return std::max<std::int64_t>(0, time(nullptr) - *then / 1'000'000'000);
}

std::string shown_age(std::string_view rfc3339) {
  if (rfc3339.empty() || rfc3339.starts_with("0001-")) return "-";
  return shown_span(seconds_since(rfc3339)) + " ago";
}

}  // namespace masu::manager
