// SPDX-License-Identifier: Apache-2.0
//
// All that a machine has of cgroups, for people: every mount of a cgroup file system and every controller
// with where it is. Containers need less, see layout.h. The parsers are pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace masu::cgroups {

/// One mount of a cgroup file system.
struct CgroupMount {
  std::string path;
  int version = 1;                       ///< 1 or 2
  std::vector<std::string> controllers;  ///< "cpu", "name=systemd"; of v2 those of its root
  friend bool operator==(const CgroupMount&, const CgroupMount&) = default;
};

struct CgroupController {
  std::string name;
  int version = 0;       ///< of the tree that has it; 0: none is mounted that does
  bool enabled = false;  ///< not switched off at boot (cgroup_disable=)
  friend bool operator==(const CgroupController&, const CgroupController&) = default;
};

/// The cgroup mounts of a proc_pid_mountinfo(5), in its order; v2's without controllers.
std::vector<CgroupMount> cgroup_mounts(std::string_view mountinfo);
/// All controllers: those of /proc/cgroups, and those of the mounts.
std::vector<CgroupController> cgroup_controllers(std::string_view proc_cgroups,
                                                 const std::vector<CgroupMount>& mounts);

/// Both of this machine, as far as it lets itself be read; `proc` is the directory of its procfs.
std::vector<CgroupMount> read_mounts(const std::string& proc = "/proc");
std::vector<CgroupController> read_controllers(const std::vector<CgroupMount>& mounts,
                                               const std::string& proc = "/proc");

}  // namespace masu::cgroups
