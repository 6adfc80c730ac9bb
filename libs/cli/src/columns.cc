// SPDX-License-Identifier: Apache-2.0
#include "masu/cli/columns.h"

#include <algorithm>

namespace masu::cli {
namespace {

constexpr std::size_t kGap = 3;

// Characters, not bytes: UTF-8's continuation bytes take no column of their own.
std::size_t width(const std::string& cell) {
  return static_cast<std::size_t>(
      std::ranges::count_if(cell, [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
}

void hide_controls(std::string& cell) {
  for (char& c : cell)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
}

}  // namespace

Columns::Columns(std::initializer_list<std::string_view> header) : columns_(header.size()) {
  rows_.emplace_back(header.begin(), header.end());
}

Columns::Columns(const std::vector<std::string>& header, bool shown) : columns_(header.size()) {
  if (shown) rows_.push_back(header);
}

void Columns::add(std::vector<std::string> row) {
  row.resize(columns_);
  std::ranges::for_each(row, hide_controls);
  rows_.push_back(std::move(row));
}

std::string Columns::text() const {
  std::vector<std::size_t> widths(columns_);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  std::string out;
  for (const auto& row : rows_) {
    std::size_t spaces = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i].empty()) {
        out.append(spaces, ' ');
        spaces = 0;
      }
      out += row[i];
      spaces += widths[i] - width(row[i]) + kGap;
    }
    out += '\n';
  }
  return out;
}

}  // namespace masu::cli
