// SPDX-License-Identifier: Apache-2.0
#include "used_images.h"

#include "masu/base/try.h"

namespace masu::manager {

Result<std::vector<image::Digest>> used_images(const Place& place) {
  std::vector<image::Digest> out;
  const std::vector<Request> containers = TRY(list(place));
  for (const Request& container : containers)
    if (auto digest = image::Digest::parse(container.manifest)) out.push_back(std::move(*digest));
  return out;
}

}  // namespace masu::manager
