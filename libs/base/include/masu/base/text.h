// SPDX-License-Identifier: Apache-2.0
//
// Small text helpers: joining, strict number parsing, escaping. No locale, no exceptions, no streams.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::text {

/// One piece of cat(): a string or an integer, formatted in place.
class Piece {
 public:
  Piece(std::string_view text) : view_(text) {}    // NOLINT(google-explicit-constructor)
  Piece(const char* text) : view_(text) {}         // NOLINT(google-explicit-constructor)
  Piece(const std::string& text) : view_(text) {}  // NOLINT(google-explicit-constructor)
  template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
  Piece(T number) {  // NOLINT(google-explicit-constructor)
    view_ = {digits_, std::to_chars(digits_, digits_ + sizeof digits_, number).ptr};
  }
  Piece(const Piece&) = delete;
  Piece& operator=(const Piece&) = delete;
  std::string_view view() const { return view_; }

 private:
  char digits_[24];
  std::string_view view_;
};

std::string cat_pieces(std::initializer_list<std::string_view> pieces);

/// cat("open '", path, "' as ", fd): one allocation.
template <class... Args>
std::string cat(const Args&... args) {
  return cat_pieces({Piece(args).view()...});
}

/// The whole of `text` as a decimal number of type T; nothing for an empty string, spaces, a sign alone,
/// junk, overflow.
template <std::integral T>
std::optional<T> parse_int(std::string_view text, int base = 10) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string join(const std::vector<std::string>& items, std::string_view separator);
bool equals_ignore_case(std::string_view a, std::string_view b);

/// 'name' for messages: in single quotes, control bytes escaped as \xNN, cut after 256 bytes.
std::string quote(std::string_view text);

/// Appends `text` as a JSON string with its quotes (RFC 8259); invalid UTF-8 becomes U+FFFD. `/` is not
/// escaped.
void append_json_string(std::string& out, std::string_view text);

/// 2026-11-22T10:21:00.123456789Z, the time that OCI state and logs carry (RFC 3339, UTC).
std::string rfc3339(std::int64_t seconds, std::int64_t nanoseconds);

}  // namespace masu::text

namespace masu {
using text::cat;
using text::quote;
}  // namespace masu
