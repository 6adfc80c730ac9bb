// SPDX-License-Identifier: Apache-2.0
//
// What is known of a container, as a struct and as the text of its state.json.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/manager.h"
#include "masu/spec/config.h"
#include "resctrl.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace masu::container {

/// state.json.
struct Record {
  std::string oci_version;
  std::string id;
  std::string bundle;
  std::string rootfs;
  std::string created;  ///< RFC 3339
  std::string boot_id;
  std::uint32_t owner_uid = 0;
  pid_t pid = 0;                 ///< of init, in the runtime's pid namespace; 0 until it has been cloned
  std::uint64_t start_time = 0;  ///< of init, field 22 of proc_pid_stat(5)
  std::string keyring;           ///< of its session; empty: the caller's (--no-new-keyring)
  bool ready = false;            ///< `create` has finished
  bool private_pids = false;     ///< init's end takes every other process with it
  bool systemd_cgroup = false;
  bool has_cgroups = false;  ///< false with --cgroup-manager disabled
  cgroups::Saved cgroups;
  ResctrlGroup resctrl;
  std::vector<std::string>
      descriptors;  ///< what stdin, stdout and stderr were: "pipe:[1234]"; none with a terminal
  spec::Annotations annotations;
};

std::string to_json(const Record& record);
/// Refuses a text that to_json() cannot have written; members that it does not know are ignored.
Result<Record> parse_record(std::string_view text);

}  // namespace masu::container
