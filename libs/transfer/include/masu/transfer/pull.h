// SPDX-License-Identifier: Apache-2.0
//
// Fetches an image: manifest, configuration, and the layers side by side, each unpacked as soon as it is
// there.
#pragma once

#include "masu/base/error.h"
#include "masu/store/store.h"
#include "masu/transfer/registry.h"

#include <functional>
#include <string_view>

namespace masu::transfer {

struct PullOptions {
  image::Platform platform;
  RegistryOptions registry;
  std::function<void(std::string_view)> progress;  ///< a line at a time, from any thread; may be empty
};

/// The image has its name when all of it is here, and not before.
Result<store::Image> pull(const store::Store& store, const image::Reference& name,
                          const PullOptions& options);

}  // namespace masu::transfer
