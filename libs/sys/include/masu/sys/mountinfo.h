// SPDX-License-Identifier: Apache-2.0
//
// Tables of mounts as the kernel prints them (proc_pid_mountinfo(5)).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace masu::sys {

/// One line of the table; views are into its text.
struct MountEntry {
  std::string target;           ///< the mount point
  std::string_view options;     ///< of the mount: "rw,nosuid"
  std::string_view type;        ///< "tmpfs"
  std::string_view fs_options;  ///< of the file system: "rw,cpu,cpuacct"
};

/// In the table's order, parents first; a line that is none is left out.
std::vector<MountEntry> parse_mountinfo(std::string_view text);

/// Undoes the octal escapes of space, tab, newline and backslash.
std::string unescape_mount(std::string_view text);

}  // namespace masu::sys
