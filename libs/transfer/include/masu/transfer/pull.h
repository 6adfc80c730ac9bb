// SPDX-License-Identifier: Apache-2.0
//
// Fetches an image: manifest, configuration, and the layers side by side, each unpacked while it comes in.
#pragma once

#include "masu/base/error.h"
#include "masu/store/store.h"
#include "masu/transfer/credentials.h"
#include "masu/transfer/progress.h"
#include "masu/transfer/registries.h"
#include "masu/transfer/registry.h"

#include <functional>
#include <string_view>
#include <vector>

namespace masu::transfer {

struct PullOptions {
  enum class Policy {
    always,   ///< asks the registry; what is here is not fetched again
    missing,  ///< asks only if the image is not here
    newer,    ///< like always, but what is here will do if there is no answer
    never,
  };
  Policy policy = Policy::always;
  image::Platform platform;
  RegistryOptions registry;  ///< without credentials
  std::function<Result<Credentials>(std::string_view repository)> credentials;
  Registries registries;
  std::string signatures;  ///< policy.json
  Reporter report;
};

/// The first of the names that a registry has, which has its name here when all of it is here, and not
/// before.
Result<store::Image> pull(const store::Store& store, const std::vector<image::Reference>& names,
                          const PullOptions& options);

/// All tags of the repository, as its registry lists them.
Result<std::vector<image::Reference>> list_tags(const image::Reference& name, const PullOptions& options);

}  // namespace masu::transfer
