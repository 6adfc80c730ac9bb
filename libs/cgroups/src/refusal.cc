// SPDX-License-Identifier: Apache-2.0
#include "refusal.h"

#include "masu/base/text.h"
#include "masu/cgroups/delegation.h"
#include "masu/cgroups/hugepages.h"
#include "tree.h"

#include <algorithm>
#include <cerrno>
#include <optional>

#include <fcntl.h>

namespace masu::cgroups {
namespace {

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// A file's content without its end, or an empty string.
std::string read_trimmed(const Root& root, const std::string& path) {
  const auto text = root.read(path);
  return text ? std::string(text::trim(*text)) : std::string();
}

bool lists(std::string_view controllers, std::string_view controller) {
  return std::ranges::any_of(text::split(controllers, ' '),
                             [controller](std::string_view entry) { return entry == controller; });
}

/// The hint for a v2 cgroup without the controller of `setting`; nothing if it has it.
std::optional<std::string> missing_on_v2(const Root& root, const Directory& directory,
                                         const Setting& setting) {
  if (setting.controller == "cgroup") return std::nullopt;
  if (lists(read_trimmed(root, directory.path + "/cgroup.controllers"), setting.controller))
    return std::nullopt;
  if (read_trimmed(root, directory.path + "/cgroup.type") == "threaded")
    return "the cgroup is threaded: it has cpu, cpuset, perf_event and pids only";
  if (!lists(read_trimmed(root, directory.mount + "/cgroup.controllers"), setting.controller))
    return cat("cgroup v2 has no controller ", setting.controller,
               " here: a v1 hierarchy or the kernel holds it back");
  // The first cgroup on the way down that does not give it to its children.
  std::string giver = directory.mount;
  for (std::size_t end = directory.mount.size(); end != std::string::npos && end < directory.path.size();
       end = directory.path.find('/', end + 1)) {
    giver = directory.path.substr(0, end);
    if (!lists(read_trimmed(root, giver + "/cgroup.subtree_control"), setting.controller)) break;
  }
  return why_not_given(root, giver, setting.controller);
}

std::string page_sizes() {
  const auto sizes = hugepage_sizes();
  if (!sizes || sizes->empty()) return "this kernel has no huge pages";
  return cat("huge page sizes of this machine: ", text::join(*sizes, ", "));
}

std::string hint_for_missing_file(const Setting& setting) {
  if (setting.controller == "hugetlb") return page_sizes();
  const std::string_view file = setting.file;
  if (file.find("swap") != std::string_view::npos || file.find("memsw") != std::string_view::npos)
    return "the kernel does not account for swap: it needs CONFIG_SWAP, and swapaccount=1 before Linux 5.8";
  if (file.starts_with("cpu.rt_"))
    return "the kernel needs CONFIG_RT_GROUP_SCHED, and rt_group_sched=1 from Linux 6.15";
  if (file.starts_with("cpu.cfs_") || file == "cpu.max") return "the kernel needs CONFIG_CFS_BANDWIDTH";
  if (file.find("leaf_weight") != std::string_view::npos) return "leaf weights went with Linux 5.0";
  if (file.find("weight") != std::string_view::npos && setting.controller != "cpu")
    return "no scheduler that weighs (BFQ, or iocost) serves a block device";
  return "this kernel has no such file";
}

/// Refused as not fitting: to the cgroup above, to what is used, or at all.
std::string hint_for_value(const Root& root, const Directory& directory, const Setting& setting) {
  const std::string above = parent_of(directory.path);
  const auto compare = [&](const char* what, const std::string& file) -> std::string {
    const std::string value = read_trimmed(root, cat(above, "/", file));
    return value.empty() ? "" : cat(what, value);
  };
  if (setting.controller == "cpuset") {
    std::string hint = compare("the cgroup above has ", setting.file + ".effective");
    return hint.empty() ? compare("the cgroup above has ", setting.file) : hint;
  }
  if (setting.group == Group::bandwidth)
    return "period and quota: at least 1000 µs, a period at most 1 s; a quota not above that of a cgroup "
           "above, "
           "a burst not above the quota";
  if (setting.group == Group::realtime)
    return compare("the cgroups above must have as much to give; the next has cpu.rt_runtime_us ",
                   "cpu.rt_runtime_us");
  if (setting.file == "memory.use_hierarchy") return "all memory cgroups are hierarchical since Linux 5.11";
  if (setting.file == "net_prio.ifpriomap")
    return "the network interface must be there, in the caller's namespace";
  return {};
}

std::string hint_for_permission(int err) {
  if (err == EROFS) return "the cgroup file system is mounted read-only";
  return "the cgroup is not this user's to change; as a user, have it delegated";
}

bool names_a_device(const Setting& setting) {
  return setting.value.find(':') != std::string::npos && setting.value.find(' ') != std::string::npos;
}

}  // namespace

Error missing_controller(const Setting& setting, const std::string& denied) {
  std::string what = cat("there is no ", setting.controller, " controller for ", quote(setting.file));
  if (!denied.empty())
    return Error::make(Kind::unsupported, cat(what, ": ", denied))
        .hint(how_to_delegate())
        .at(setting.json_path);
  return Error::make(Kind::unsupported, std::move(what))
      .hint(cat("mount cgroup controller ", setting.controller, ", or leave this limit out"))
      .at(setting.json_path);
}

Error explain_limit(Error error, const Root& root, const Directory& directory, const Setting& setting) {
  const int err = error.err();
  error = std::move(error).at(setting.json_path);
  if (is_gone(err)) {
    auto there = root.open_file(directory.path, O_PATH | O_DIRECTORY);
    if (!there && is_gone(there.error()))
      return std::move(error).as(Kind::invalid_state).hint("the container's cgroup is gone");
    if (err == ENODEV && names_a_device(setting))
      return std::move(error).hint("there is no such block device");
    if (err == ENODEV) return error;
    if (auto missing = directory.is_v2() ? missing_on_v2(root, directory, setting) : std::nullopt)
      return std::move(error).as(Kind::unsupported).hint(std::move(*missing));
    return std::move(error).as(Kind::unsupported).hint(hint_for_missing_file(setting));
  }
  // cpuset says EACCES for a CPU that the cgroup above does not have (cgroup-v1/cpusets.rst).
  if ((err == EPERM || err == EACCES || err == EROFS) && !(err == EACCES && setting.controller == "cpuset"))
    return std::move(error).hint(hint_for_permission(err));
  if (err == EBUSY && setting.group == Group::memory) {
    const std::string usage = read_trimmed(root, directory.path + "/memory.usage_in_bytes");
    return usage.empty() ? std::move(error)
                         : std::move(error).hint(cat("the cgroup already uses ", usage, " bytes"));
  }
  std::string hint = hint_for_value(root, directory, setting);
  return hint.empty() ? std::move(error) : std::move(error).hint(std::move(hint));
}

Error explain_join(Error error, const Root& root, const Directory& directory) {
  const int err = error.err();
  const std::string type = directory.is_v2() ? read_trimmed(root, directory.path + "/cgroup.type") : "";
  if (err == EOPNOTSUPP || type == "domain invalid" || type == "threaded")
    return std::move(error).hint(cat("the cgroup above is threaded (", quote(parent_of(directory.path)),
                                     "), and a container needs a domain: "
                                     "choose another cgroupsPath"));
  if (err == EBUSY && directory.is_v2())
    return std::move(error).hint(cat("the cgroup gives controllers to its children (",
                                     read_trimmed(root, directory.path + "/cgroup.subtree_control"),
                                     "), so that it may hold no process itself (no internal processes)"));
  if (err == EACCES && directory.is_v2())
    return std::move(error).hint(
        "cgroup.procs of the nearest cgroup that holds both this process and the container has to be "
        "writable: "
        "run it inside of the subtree that is delegated to this user");
  if (err == EAGAIN && directory.is_v2())
    return std::move(error).hint(cat("pids.max is ", read_trimmed(root, directory.path + "/pids.max"),
                                     "; a limit above it, or the user's own, may be reached as well"));
  if (err == EINVAL && directory.has("cpu"))
    return std::move(error).hint("a real-time process needs linux.resources.cpu.realtimeRuntime");
  if (err == ENOSPC && directory.has("cpuset"))
    return std::move(error).hint("the cpuset has no CPUs or no memory nodes");
  return error;
}

}  // namespace masu::cgroups
