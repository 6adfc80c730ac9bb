// SPDX-License-Identifier: Apache-2.0
//
// linux.intelRdt: the container's group in the resctrl file system, which shares out cache and memory
// bandwidth (Documentation/filesystems/resctrl.rst, runtime-spec config-linux.md).
#pragma once

#include "masu/base/error.h"
#include "masu/container/rdt_stats.h"
#include "masu/spec/config.h"

#include <string>
#include <string_view>

#include <sys/types.h>

namespace masu::container {

struct ResctrlGroup {
  std::string directory;   ///< of the group; empty: none
  bool owned = false;      ///< it was not there before us, so it goes with the container
  std::string monitoring;  ///< directory of the monitoring group, ours; or empty
};

/// Where resctrl is mounted; Kind::unsupported if it is not.
Result<std::string> resctrl_root();

/// The group that `wanted` asks for below `root`, by looking only. A closID alone names one that is there.
Result<ResctrlGroup> plan_resctrl(const spec::IntelRdt& wanted, const std::string& id,
                                  const std::string& root);
/// Makes the group if it is ours, sets its shares, and moves `pid` into it. One that was there must have the
/// shares that `wanted` gives.
Result<> enter_resctrl(const ResctrlGroup& group, const spec::IntelRdt& wanted, pid_t pid);
/// Sets what is given of the two, for a container that has a group.
Result<> update_resctrl(const ResctrlGroup& group, std::string_view l3_cache_schema,
                        std::string_view mem_bw_schema);
/// What the kernel tells of the group, of which `group.directory` is there. What it does not tell is left
/// out.
Result<RdtStats> resctrl_stats(const ResctrlGroup& group, const std::string& root);
/// Removes what is ours. No error if it is gone.
Result<> leave_resctrl(const ResctrlGroup& group);

}  // namespace masu::container
