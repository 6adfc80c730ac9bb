// SPDX-License-Identifier: Apache-2.0
//
// Which cgroup file systems this machine has, and where. Detection is one statfs on a v2 machine; on v1 and
// hybrid ones it adds one read of /proc/self/cgroup and one statfs a hierarchy. /proc/self/mountinfo, whose
// length is the number of the machine's mounts, is read only when no v1 hierarchy is where everybody mounts
// it.
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::cgroups {

enum class LayoutKind {
  none,    ///< no cgroup file system is mounted
  v1,      ///< v1 hierarchies only
  hybrid,  ///< v1 hierarchies with controllers, and a v2 tree at <root>/unified
  v2,      ///< the v2 tree is the root
};
/// "none", "v1", "hybrid", "v2".
std::string_view layout_name(LayoutKind kind);

/// One mounted hierarchy.
struct Hierarchy {
  /// As /proc/self/cgroup lists them: "cpu", "cpu,cpuacct", "name=systemd"; empty for the v2 tree.
  std::string controllers;
  std::string mount;  ///< absolute directory of its mount: "/sys/fs/cgroup/cpu"
  /// The caller's own cgroup as seen from the mount: "/" or "/user.slice"; empty on v2, where it is read when
  /// needed.
  std::string own;

  bool is_v2() const { return controllers.empty(); }
  /// True if `controller` ("cpuacct", "name=systemd") is one of this v1 hierarchy's.
  bool has(std::string_view controller) const;
};

struct Layout {
  LayoutKind kind = LayoutKind::none;
  std::string root;  ///< absolute: "/sys/fs/cgroup"
  std::vector<Hierarchy>
      hierarchies;          ///< v1 ones in the kernel's order, highest number first; the v2 tree last
  std::string own_cgroups;  ///< the file to read a v2 process's own cgroup from

  const Hierarchy* find(std::string_view controller) const;
  const Hierarchy* find_v2() const;
};

/// The files that detection reads. Below another root than /sys/fs/cgroup a directory counts as a hierarchy
/// if it holds `cgroup.procs`, as v2 if it holds `cgroup.controllers`: a plain directory tree can stand in
/// for the kernel's.
struct Sources {
  std::string root = "/sys/fs/cgroup";
  std::string own_cgroups = "/proc/self/cgroup";
  std::string mountinfo = "/proc/self/mountinfo";
};

Result<Layout> detect_layout(const Sources& sources = {});

/// True if `list` ("cpu,cpuacct") has `controller` as one of its members.
bool lists_controller(std::string_view list, std::string_view controller);

}  // namespace masu::cgroups
