// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/controllers.h"

#include "masu/base/text.h"
#include "masu/sys/fd.h"
#include "masu/sys/mountinfo.h"

#include <algorithm>

namespace masu::cgroups {
namespace {

std::string read_or_nothing(const std::string& path) { return sys::read_file(path).value_or(std::string()); }

std::vector<std::string_view> words_of(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  for (std::string_view word : text::split(text::trim(text), separator))
    if (!word.empty()) words.push_back(word);
  return words;
}

// The other words among the options of a v1 superblock (cgroup1_show_options of the kernel).
bool is_controller(std::string_view option) {
  constexpr std::string_view kOthers[] = {"rw",    "ro",          "none",           "noprefix",
                                          "xattr", "debug",       "cpuset_v2_mode", "clone_children",
                                          "all",   "favordynmods"};
  return std::ranges::find(kOthers, option) == std::end(kOthers) && !option.starts_with("release_agent=");
}

}  // namespace

std::vector<CgroupMount> cgroup_mounts(std::string_view mountinfo) {
  std::vector<CgroupMount> mounts;
  for (sys::MountEntry& entry : sys::parse_mountinfo(mountinfo)) {
    if (entry.type != "cgroup" && entry.type != "cgroup2") continue;
    CgroupMount mount{
        .path = std::move(entry.target), .version = entry.type == "cgroup2" ? 2 : 1, .controllers = {}};
    if (mount.version == 1)
      for (std::string_view option : words_of(entry.fs_options, ','))
        if (is_controller(option)) mount.controllers.push_back(sys::unescape_mount(option));
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

std::vector<CgroupController> cgroup_controllers(std::string_view proc_cgroups,
                                                 const std::vector<CgroupMount>& mounts) {
  std::vector<CgroupController> controllers;
  for (std::string_view line : text::split(proc_cgroups, '\n')) {
    const auto fields = words_of(line, '\t');  // name, hierarchy, number of cgroups, enabled
    if (fields.size() == 4 && !line.starts_with('#'))
      controllers.push_back({.name = std::string(fields[0]), .version = 0, .enabled = fields[3] == "1"});
  }
  // Newer kernels leave out of that file what v1 does not have.
  for (const CgroupMount& mount : mounts) {
    for (const std::string& name : mount.controllers) {
      if (name.starts_with("name=")) continue;
      const std::string_view known = mount.version == 2 && name == "io" ? "blkio" : std::string_view(name);
      auto found = std::ranges::find(controllers, known, &CgroupController::name);
      if (found == controllers.end()) found = controllers.insert(found, {.name = std::string(known)});
      found->version = mount.version;
      found->enabled = true;
    }
  }
  return controllers;
}

std::vector<CgroupMount> read_mounts(const std::string& proc) {
  auto mounts = cgroup_mounts(read_or_nothing(proc + "/self/mountinfo"));
  for (CgroupMount& mount : mounts) {
    if (mount.version != 2) continue;
    const std::string offered = read_or_nothing(mount.path + "/cgroup.controllers");
    for (std::string_view name : words_of(offered, ' ')) mount.controllers.emplace_back(name);
  }
  return mounts;
}

std::vector<CgroupController> read_controllers(const std::vector<CgroupMount>& mounts,
                                               const std::string& proc) {
  return cgroup_controllers(read_or_nothing(proc + "/cgroups"), mounts);
}

}  // namespace masu::cgroups
