// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "masu/base/error.h"
#include "masu/image/digest.h"
#include "masu/manager/container.h"

#include <vector>

namespace masu::manager {

/// Whether it is the container's image, or mounted in it.
bool has_image(const Request& container, const image::Digest& manifest);
/// The manifests of the images that containers are made of: not to be swept.
Result<std::vector<image::Digest>> used_images(const Place& place);

}  // namespace masu::manager
