// SPDX-License-Identifier: Apache-2.0
#include "prepare.h"

#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"

#include <cerrno>
#include <vector>

namespace masu::cgroups {
namespace {

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// The value of `path`, inherited from its ancestors first if it has none.
Result<std::string> read_filled(const Root& root, const std::string& mount, const std::string& path,
                                const char* file) {
  std::string value = TRY(root.read(path + file));
  if (!text::trim(value).empty() || path.size() <= mount.size()) return value;
  value = TRY(read_filled(root, mount, parent_of(path), file));
  TRY(root.write(path + file, value));
  return value;
}

bool enabled_in(const std::vector<std::string_view>& list, std::string_view controller) {
  for (const std::string_view entry : list)
    if (entry == controller) return true;
  return false;
}

/// "+cpu +memory" for what `path` has and does not yet give to its children.
Result<std::vector<std::string>> missing_for_children(const Root& root, const std::string& path,
                                                      std::string_view only) {
  const std::string available = TRY(root.read(path + "/cgroup.controllers"));
  const std::string given = TRY(root.read(path + "/cgroup.subtree_control"));
  const auto present = text::split(text::trim(given), ' ');
  std::vector<std::string> missing;
  for (const std::string_view controller : text::split(text::trim(available), ' '))
    if (!controller.empty() && (only.empty() || only == controller) && !enabled_in(present, controller))
      missing.push_back(cat("+", controller));
  return missing;
}

}  // namespace

Result<> fill_cpuset(const Root& root, const std::string& mount, const std::string& path, bool fresh) {
  for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
    const std::string value = TRY(read_filled(root, mount, fresh ? parent_of(path) : path, file));
    if (fresh) TRY(root.write(path + file, value));
  }
  return {};
}

Result<> enable_controllers(const Root& root, const std::string& mount, const std::string& path,
                            std::string_view only) {
  for (std::size_t end = mount.size(); end < path.size(); end = path.find('/', end + 1)) {
    const std::string ancestor = path.substr(0, end);
    const auto missing = TRY(missing_for_children(root, ancestor, only));
    if (missing.empty()) continue;
    const std::string file = ancestor + "/cgroup.subtree_control";
    const auto all = root.write(file, text::join(missing, " "));
    // EBUSY: there are processes in it. Those that it would take one by one (cpu, pids) would make it the
    // root of a threaded subtree, where no container can be (cgroup-v2.rst, "Threads").
    if (all || all.error().err() == EBUSY) continue;
    // The kernel takes all or nothing: one that it refuses must not cost the others.
    for (const std::string& controller : missing)
      if (auto one = root.write(file, controller); !one) MASU_DEBUG(cat(one.error().message(), ", ignoring"));
  }
  return {};
}

}  // namespace masu::cgroups
