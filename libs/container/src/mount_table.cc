// SPDX-License-Identifier: Apache-2.0
#include "mount_table.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/fd.h"

#include <algorithm>

namespace masu::container {
namespace {

struct Row {
  std::string mount_point;
  std::string type;
};

// "\040" stands for a space in mountinfo, as do \011, \012 and \134 (proc_pid_mountinfo(5)).
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      if (auto code = text::parse_int<unsigned>(text.substr(i + 1, 3), 8)) {
        out += static_cast<char>(*code);
        i += 3;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

Result<std::vector<Row>> read_table() {
  const std::string table = TRY(sys::read_file("/proc/self/mountinfo", 64u << 20));
  std::vector<Row> rows;
  for (auto line : text::split(table, '\n')) {
    const auto fields = text::split(line, ' ');
    const auto dash = std::ranges::find(fields, "-");
    if (fields.size() < 5 || fields.end() - dash < 2) continue;
    rows.push_back({unescape(fields[4]), std::string(*(dash + 1))});
  }
  return rows;
}

bool holds(const std::string& mount_point, const std::string& path) {
  if (mount_point == "/") return true;
  return path.starts_with(mount_point) &&
         (path.size() == mount_point.size() || path[mount_point.size()] == '/');
}

}  // namespace

Result<std::string> mount_point_of(const std::string& path) {
  std::string longest = "/";
  for (const auto& row : TRY(read_table()))
    if (holds(row.mount_point, path) && row.mount_point.size() >= longest.size()) longest = row.mount_point;
  return longest;
}

Result<std::vector<std::string>> mount_points_of_types(const std::vector<std::string_view>& types) {
  std::vector<std::string> points;
  for (const auto& row : TRY(read_table()))
    if (std::ranges::find(types, row.type) != types.end()) points.push_back(row.mount_point);
  std::ranges::reverse(points);  // the table lists parents first
  return points;
}

}  // namespace masu::container
