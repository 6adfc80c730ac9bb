// SPDX-License-Identifier: Apache-2.0
//
// What the commands of `masu volume` have in common.
#pragma once

#include "masu/cli/command.h"
#include "masu/cli/env.h"
#include "masu/manager/volume.h"

#include <set>
#include <string>
#include <vector>

namespace masu::manager {

inline constexpr cli::Positional kVolumes[] = {{.name = "VOLUME",
                                                .count = cli::Positional::Count::any,
                                                .values = {cli::Values::From::output, "volume ls -q"},
                                                .help = "names, or beginnings of names"}};

/// As JSON, with the keys that docker has.
std::string describe_volume(const Place& place, const Volume& volume);

/// The names of all volumes that containers have, running or not.
Result<std::set<std::string>> used_volumes(const Place& place);

/// Those for which all filters hold: name=, label=NAME[=VALUE], label!=, driver=, dangling=true|false,
/// until=.
Result<std::vector<Volume>> filter_volumes(std::vector<Volume> volumes,
                                           const std::vector<std::string_view>& filters,
                                           const std::set<std::string>& used);

}  // namespace masu::manager
