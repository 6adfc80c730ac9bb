// SPDX-License-Identifier: Apache-2.0
#include "used_images.h"

#include "masu/base/try.h"

#include <algorithm>

namespace masu::manager {

bool has_image(const Request& container, const image::Digest& manifest) {
  return container.manifest == manifest.text() ||
         std::ranges::any_of(container.mounts,
                             [&](const Mount& mount) { return mount.manifest == manifest.text(); });
}

Result<std::vector<image::Digest>> used_images(const Place& place) {
  std::vector<image::Digest> out;
  const std::vector<Request> containers = TRY(list(place));
  for (const Request& container : containers) {
    if (auto digest = image::Digest::parse(container.manifest)) out.push_back(std::move(*digest));
    for (const Mount& mount : container.mounts)
      if (auto digest = image::Digest::parse(mount.manifest)) out.push_back(std::move(*digest));
  }
  return out;
}

}  // namespace masu::manager
