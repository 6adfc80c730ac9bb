// SPDX-License-Identifier: Apache-2.0
//
// A container's copies of secrets on their way into it.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/manager/place.h"
#include "masu/spec/config.h"
#include "user_space.h"

#include <cstddef>
#include <string>
#include <vector>

namespace masu::manager {

/// The file of the container's copy; absolute.
std::string kept_secret(const Place& place, const Request& request, std::size_t index);

/// The copies get the owners and modes that were asked for, as ids of the container.
Result<> give_secrets(const Place& place, const Request& request, const UserSpace& users);
/// Those that are variables, in the place of what there was.
Result<> set_secret_variables(const Place& place, const Request& request, std::vector<std::string>& env);
/// Those that are files: each read-only on its target.
void add_secret_mounts(const Place& place, const Request& request, std::vector<spec::Mount>& mounts);

}  // namespace masu::manager
