// SPDX-License-Identifier: Apache-2.0
//
// Makes an image of another by one more layer.
#pragma once

#include "masu/base/error.h"
#include "masu/store/store.h"
#include "masu/transfer/encoder.h"

#include <optional>

namespace masu::transfer {

/// A layer that is in a file, and not yet in the store.
struct NewLayer {
  WrittenLayer what;
  sys::Fd file;
};

struct NewImage {
  /// Its diff ids are those of the layers below, its last step is of this layer and still called empty.
  image::Config config;
  std::vector<image::Descriptor> layers;  ///< below the new one
  std::optional<NewLayer> layer;          ///< none: only the configuration is another
  bool docker = false;                    ///< a manifest of Docker's, in place of OCI's
};

/// Puts it into the store; `name` may be null: then the image is had by its id. The caller holds
/// Store::kAdding.
Result<store::Image> add_image(const store::Store& store, NewImage made, const image::Reference* name);

}  // namespace masu::transfer
