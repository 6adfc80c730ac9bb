// SPDX-License-Identifier: Apache-2.0
//
// What a container is doing now: computed from the kernel each time, never remembered.
#pragma once

#include "masu/cgroups/manager.h"
#include "masu/container/container.h"
#include "masu/sys/process.h"
#include "state_store.h"

#include <optional>

namespace masu::container {

struct Inspection {
  Entry entry;
  Record record;
  Status status = Status::stopped;
  std::optional<sys::Process> init;         ///< while it lives
  std::optional<cgroups::Manager> cgroups;  ///< nothing with --cgroup-manager disabled
  cgroups::FreezerState freezer = cgroups::FreezerState::thawed;
};

/// Kind::not_found if there is no such container, or no state directory at all.
Result<Inspection> inspect(const Context& context, const std::string& id);

}  // namespace masu::container
