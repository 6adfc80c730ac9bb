// SPDX-License-Identifier: Apache-2.0
//
// Images to files that load(), docker, podman and skopeo read. The same images make the same bytes: names in
// order, no times, no owners.
#pragma once

#include "masu/base/error.h"
#include "masu/store/store.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::transfer {

enum class SaveForm {
  docker_archive,  ///< what docker save writes; layers without compression
  oci_archive,     ///< a tar archive of an OCI image layout
  oci_dir,         ///< the layout as a folder
  docker_dir,      ///< the folder that skopeo calls dir:, of one image
};
/// By its name of podman's: "docker-archive". Kind::usage for another.
Result<SaveForm> parse_save_form(std::string_view text);

/// The names under which an image is to be found in the file; none is fine.
struct Saved {
  store::Image image;
  std::vector<std::string> names;
};

/// `path` "-" is stdout, for an archive. What is half written is removed again.
Result<> save(const store::Store& store, const std::vector<Saved>& images, SaveForm form,
              const std::string& path);

}  // namespace masu::transfer
