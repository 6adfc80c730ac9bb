// SPDX-License-Identifier: Apache-2.0
//
// Images from files: a folder that is an OCI image layout, a tar archive of one (oci-archive), or what
// `docker save` writes (docker-archive), compressed or not.
#pragma once

#include "masu/base/error.h"
#include "masu/store/store.h"

#include <string>
#include <vector>

namespace masu::transfer {

struct Loaded {
  std::string name;  ///< empty if the file gives it none
  image::Digest manifest;
};

/// `path` "-" is stdin.
Result<std::vector<Loaded>> load(const store::Store& store, const std::string& path,
                                 const image::Platform& platform);

}  // namespace masu::transfer
