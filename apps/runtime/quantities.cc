// SPDX-License-Identifier: Apache-2.0
#include "quantities.h"

#include "masu/base/text.h"

#include <limits>

namespace masu::runtime {
namespace {

constexpr std::uint64_t kMaximum = std::numeric_limits<std::int64_t>::max();

// "1.5" of `unit`, in whole numbers: digits behind the ninth decimal place are refused.
std::optional<std::uint64_t> scale(std::string_view number, std::uint64_t unit) {
  const auto point = number.find('.');
  const auto whole = text::parse_int<std::uint64_t>(number.substr(0, point));
  std::uint64_t total = 0;
  if (!whole || __builtin_mul_overflow(*whole, unit, &total)) return std::nullopt;
  if (point != std::string_view::npos) {
    const std::string_view decimals = number.substr(point + 1);
    const auto part = text::parse_int<std::uint64_t>(decimals);
    if (!part || decimals.size() > 9) return std::nullopt;
    std::uint64_t power = 1;
    for (std::size_t i = 0; i < decimals.size(); ++i) power *= 10;
    // Less than a unit; taken apart so that no product overflows.
    if (__builtin_add_overflow(total, unit / power * *part + unit % power * *part / power, &total))
      return std::nullopt;
  }
  if (total > kMaximum) return std::nullopt;
  return total;
}

// The part of `text` up to the first character that no number has.
std::string_view take_number(std::string_view& text) {
  const auto end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = text.substr(0, end);
  text.remove_prefix(end);
  return number;
}

std::optional<std::uint64_t> size_unit(std::string_view name) {
  if (name.empty() || text::equals_ignore_case(name, "b")) return 1;
  constexpr std::string_view kLetters = "kmgtp";
  const auto letter = kLetters.find(static_cast<char>(name.front() | 0x20));
  const std::string_view rest = name.substr(1);
  if (letter == std::string_view::npos ||
      !(rest.empty() || text::equals_ignore_case(rest, "b") || text::equals_ignore_case(rest, "ib")))
    return std::nullopt;
  return std::uint64_t{1} << 10 * (letter + 1);
}

std::optional<std::uint64_t> duration_unit(std::string_view name) {
  struct Unit {
    std::string_view name;
    std::uint64_t nanoseconds;
  };
  constexpr Unit kUnits[] = {{"ns", 1},
                             {"us", 1'000},
                             {"µs", 1'000},  // the micro sign, and the Greek letter
                             {"μs", 1'000},
                             {"ms", 1'000'000},
                             {"s", 1'000'000'000},
                             {"m", 60'000'000'000},
                             {"h", 3'600'000'000'000}};
  for (const Unit& unit : kUnits)
    if (unit.name == name) return unit.nanoseconds;
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_size(std::string_view text) {
  const std::string_view number = take_number(text);
  if (text.starts_with(' ')) text.remove_prefix(1);
  const auto unit = size_unit(text);
  const auto bytes = unit ? scale(number, *unit) : std::nullopt;
  if (!bytes) return std::nullopt;
  return static_cast<std::int64_t>(*bytes);
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::nanoseconds(0);
  if (text.empty()) return std::nullopt;
  std::uint64_t total = 0;
  while (!text.empty()) {
    const std::string_view number = take_number(text);
    const std::string_view name = text.substr(0, text.find_first_of("0123456789."));
    text.remove_prefix(name.size());
    const auto unit = duration_unit(name);
    const auto part = unit ? scale(number, *unit) : std::nullopt;
    if (!part || __builtin_add_overflow(total, *part, &total) || total > kMaximum) return std::nullopt;
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(total));
}

}  // namespace masu::runtime
