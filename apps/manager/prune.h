// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "image_filter.h"
#include "masu/base/error.h"
#include "masu/manager/container.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

struct Pruned {
  std::vector<std::string> names;  ///< what has gone
  std::uint64_t bytes = 0;
};

/// Removes the containers that do not run; filters are until and label. One that is started meanwhile stays.
Result<Pruned> prune_containers(const Place& place, const std::vector<std::string_view>& filters);

/// Networks that no container is in, but for the default one: their names.
Result<std::vector<std::string>> prune_networks(const Place& place);

/// Volumes that no container has: their names. Those that are in use after all are passed by.
Result<std::vector<std::string>> prune_volumes(const Place& place,
                                               const std::vector<std::string_view>& filters, bool all);

/// Images without a name, with `all` also those with one, except those of containers.
Result<Pruned> prune_images(const Place& place, const store::Store& store, bool all,
                            const ImageFilter& filter);

}  // namespace masu::manager
