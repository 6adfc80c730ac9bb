// SPDX-License-Identifier: Apache-2.0
#include "undo.h"

#include "masu/base/log.h"
#include "masu/base/text.h"

#include <algorithm>

namespace masu::cgroups {
namespace {

/// Files with a line a device, interface or resource, where what is not listed has no setting.
struct Keyed {
  std::string_view file;  ///< the end of its name
  std::string_view none;  ///< written behind the key: no setting
};
constexpr Keyed kKeyed[] = {
    {"io.max", " rbps=max wbps=max riops=max wiops=max"},
    {"io.latency", " target=0"},
    {"weight", " default"},
    {"weight_device", " default"},
    {"bps_device", " 0"},
    {"iops_device", " 0"},
    {"rdma.max", " hca_handle=max hca_object=max"},
    {"misc.max", " max"},
    {"net_prio.ifpriomap", " 0"},
};

const Keyed* find_keyed(std::string_view file) {
  const auto found =
      std::ranges::find_if(kKeyed, [file](const Keyed& entry) { return file.ends_with(entry.file); });
  return found == std::end(kKeyed) ? nullptr : found;
}

/// The line of `content` that begins with this word, or nothing.
std::string_view find_line(std::string_view content, std::string_view key) {
  for (const std::string_view line : text::split(content, '\n'))
    if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ') return line;
  return {};
}

}  // namespace

std::string undo_value(const Setting& setting, std::string_view content) {
  if (setting.file == "memory.oom_control") return cat(content.starts_with("oom_kill_disable 1") ? "1" : "0");
  const Keyed* keyed = find_keyed(setting.file);
  const std::string_view value = setting.value;
  const std::size_t space = value.find(' ');
  if (keyed != nullptr && space != std::string_view::npos) {
    const std::string_view key = value.substr(0, space);
    const std::string_view line = find_line(content, key);
    return line.empty() ? cat(key, keyed->none) : std::string(line);
  }
  // io.weight lists the devices below its own line "default 100".
  if (const std::string_view line = find_line(content, "default"); !line.empty()) return std::string(line);
  // An empty list is written as an empty line: a write of nothing does not reach the file.
  const std::string_view present = text::trim(content);
  return present.empty() ? "\n" : std::string(present);
}

UndoLog::Entry UndoLog::before(const Root& root, const std::string& path, const Setting& setting) {
  const auto content = root.read(path);
  return {path, content ? undo_value(setting, *content) : ""};
}

void UndoLog::roll_back(const Root& root) const {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->value.empty()) continue;
    if (auto written = root.write(entry->path, entry->value); !written)
      MASU_DEBUG(cat("undo: ", written.error().message(), ", ignoring"));
  }
}

}  // namespace masu::cgroups
