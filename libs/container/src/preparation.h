// SPDX-License-Identifier: Apache-2.0
//
// What comes before a container's first process, whether that is to be made or restored: its config, its
// cgroups, its record.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/manager.h"
#include "masu/container/container.h"
#include "masu/spec/config.h"
#include "plan.h"
#include "record.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace masu::container {

struct BundleConfig {
  std::string text;
  std::unique_ptr<spec::Config> config;  ///< with the annotations that stand for fields of it adopted
};
/// Reads `file`, or <bundle>/config.json if that is empty.
Result<BundleConfig> read_bundle_config(const std::string& bundle, const std::string& file);

/// Chooses the cgroups, none of which holds processes; nothing with --cgroup-manager disabled.
Result<std::optional<cgroups::Manager>> plan_cgroups(const Context& context, const spec::Config& config,
                                                     const std::string& id);

/// What is known of a container that is about to be made; the cgroups are for the caller to add.
Result<Record> make_record(const Context& context, const std::string& id, const std::string& bundle,
                           const spec::Config& config);

/// Refuses a terminal that nobody takes, and a socket for a terminal that there will not be.
Result<> check_terminal(const spec::Config& config, const std::string& console_socket, bool detached);

/// What the standard streams of a container are that gets these fds, as links of /proc/self/fd:
/// Record::descriptors.
std::vector<std::string> describe_streams(const spec::Config& config, const std::array<int, 3>& stdio);

/// What a cgroup mount of a v1 or hybrid layout shows: one directory a hierarchy, links for co-mounted names.
std::vector<CgroupView> views_of(const cgroups::Manager& manager);

}  // namespace masu::container
