// SPDX-License-Identifier: Apache-2.0
//
// Names of systemd units, and the cgroups that they stand for. Source: systemd.slice(5), systemd.scope(5);
// the form slice:prefix:name of cgroupsPath is runc's, and what clients send.
#pragma once

#include "masu/base/error.h"

#include <string>
#include <string_view>

namespace masu::cgroups {

/// The unit that holds a container.
struct Unit {
  std::string name;   ///< "docker-web.scope"; empty: no unit, the cgroups are made without systemd
  std::string slice;  ///< the one that it is put into: "system.slice"
  std::string
      subgroup;  ///< v2: the container's cgroup is this child of the unit's own; empty: it is the unit's own
  bool user = false;  ///< of the caller's own systemd (`systemctl --user`)

  bool is_slice() const { return name.ends_with(".slice"); }
};

/// linux.cgroupsPath "slice:prefix:name". An empty slice is system.slice, for a user user.slice; a name
/// ending in
/// ".slice" is the unit itself, any other becomes prefix-name.scope, or name.scope. An empty path is
/// masu-<id>.scope. Kind::invalid_spec for what systemd would not take as a name.
Result<Unit> parse_unit(std::string_view cgroups_path, std::string_view id, bool user);

/// "a-b.slice" → "/a.slice/a-b.slice"; "-.slice", the root, → "".
Result<std::string> expand_slice(std::string_view slice);

}  // namespace masu::cgroups
