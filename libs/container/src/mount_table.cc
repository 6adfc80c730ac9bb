// SPDX-License-Identifier: Apache-2.0
#include "mount_table.h"

#include "masu/base/try.h"
#include "masu/sys/fd.h"
#include "masu/sys/mountinfo.h"

#include <algorithm>

namespace masu::container {
namespace {

Result<std::string> read_table() { return sys::read_file("/proc/self/mountinfo", 64u << 20); }

bool holds(const std::string& mount_point, const std::string& path) {
  if (mount_point == "/") return true;
  return path.starts_with(mount_point) &&
         (path.size() == mount_point.size() || path[mount_point.size()] == '/');
}

}  // namespace

Result<std::string> mount_point_of(const std::string& path) {
  std::string longest = "/";
  const std::string table = TRY(read_table());
  for (auto& mount : sys::parse_mountinfo(table))
    if (holds(mount.target, path) && mount.target.size() >= longest.size()) longest = std::move(mount.target);
  return longest;
}

Result<std::vector<std::string>> mount_points_of_types(const std::vector<std::string_view>& types) {
  std::vector<std::string> points;
  const std::string table = TRY(read_table());
  for (auto& mount : sys::parse_mountinfo(table))
    if (std::ranges::find(types, mount.type) != types.end()) points.push_back(std::move(mount.target));
  std::ranges::reverse(points);  // the table lists parents first
  return points;
}

}  // namespace masu::container
