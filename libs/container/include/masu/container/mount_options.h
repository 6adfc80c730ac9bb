// SPDX-License-Identifier: Apache-2.0
//
// The mount options of config.json (mounts[].options): flags of the mount, of the file system, propagation,
// and what is left as data for the file system itself. Source: runtime-spec config.md "Linux mount options",
// mount_setattr(2).
#pragma once

#include "masu/base/error.h"
#include "masu/sys/mount.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::container {

struct MountOptions {
  bool bind = false;
  bool recursive_bind = false;
  bool remount = false;
  bool id_mapped = false;             ///< idmap, ridmap
  bool id_mapped_recursive = false;   ///< ridmap: all mounts below it too
  std::string id_map;                 ///< of "idmap=…": the maps in text, as crun has them (plan_id_map.cc)
  bool copy_symlink = false;          ///< a source that is a link is copied, not bound
  bool source_nofollow = false;       ///< a source that is a link is bound itself
  bool destination_nofollow = false;  ///< a destination that is a link is covered itself
  bool copy_up = false;             ///< tmpcopyup: a tmpfs starts with the content of the directory below it
  sys::MountAttributes attributes;  ///< of this mount; propagation is in `propagation`
  sys::MountAttributes recursive;   ///< rro, rnosuid …: of this mount and all below it
  unsigned long propagation = 0;    ///< MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE or 0
  bool propagation_recursive = false;
  bool read_only = false;                ///< ro is the last word of ro and rw
  std::vector<std::string> file_system;  ///< flags of the file system (sync …) and its data, in order
};

/// Never fails: what is no known option is data for the file system, as mount(8) does it.
MountOptions parse_mount_options(const std::vector<std::string>& options);

/// sync, dirsync …: of a file system, and no bind's to change.
bool is_file_system_flag(std::string_view option);

/// All option names with a meaning of their own, sorted: `mountOptions` of the features document.
std::vector<std::string_view> mount_option_names();

}  // namespace masu::container
