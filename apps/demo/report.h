// SPDX-License-Identifier: Apache-2.0
//
// Aligned lines for a terminal: a label, then text that is wrapped to the width. Colours only on a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace masu::demo {

class Report {
 public:
  /// Writes to stdout at once; colours if that is a terminal and NO_COLOR is not set.
  Report();

  void heading(std::string_view text);
  /// label, then the words, as many a line as fit.
  void words(std::string_view label, const std::vector<std::string>& words);
  void line(std::string_view label, std::string_view text) { words(label, {std::string(text)}); }
  /// One whole line; `dim` where it matters less.
  void plain(std::string_view text, bool dim = false);

 private:
  void write(std::string_view text) const;
  bool colours_;
};

/// "text" padded with spaces to `width`: on its right, or on its left for numbers.
std::string left(std::string_view text, std::size_t width);
std::string right(std::string_view text, std::size_t width);
/// 1234 µs as "1.23".
std::string milliseconds(long long microseconds);

}  // namespace masu::demo
