// SPDX-License-Identifier: Apache-2.0
//
// Tables for people: `list` and its like.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace masu::cli {

/// Left-aligned columns, as wide as their widest cell plus three spaces; no spaces at the end of a line.
class Columns {
 public:
  explicit Columns(std::initializer_list<std::string_view> header);
  /// With `shown` false the header is only counted.
  explicit Columns(const std::vector<std::string>& header, bool shown = true);
  /// As many cells as the header has. Control characters are shown as `?`: a cell cannot drive the terminal.
  void add(std::vector<std::string> row);
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::size_t columns_;
};

}  // namespace masu::cli
