// SPDX-License-Identifier: Apache-2.0
//
// Makes an image of one layer from a root file system.
#pragma once

#include "masu/base/error.h"
#include "masu/store/store.h"

#include <string>
#include <vector>

namespace masu::transfer {

struct ImportOptions {
  image::Platform platform;
  std::vector<std::string> changes;  ///< image::apply_change()
  std::string comment;
};

/// `path` "-" is stdin; `name` may be null: then the image is had by its id.
Result<store::Image> import_image(const store::Store& store, const std::string& path,
                                  const image::Reference* name, const ImportOptions& options);

}  // namespace masu::transfer
