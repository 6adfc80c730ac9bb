// SPDX-License-Identifier: Apache-2.0
//
// What an image made of a container says, and which files of the container's layer are not the image's.
#pragma once

#include "masu/base/error.h"
#include "masu/image/document.h"
#include "masu/manager/container.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

struct CommitOptions {
  std::string created;  ///< RFC 3339
  std::string author, message;
  std::vector<std::string> changes;  ///< image::apply_change()
};

/// The configuration of the container's image with what the container was asked for in its place, the
/// changes, and a step of the history, which has no layer yet. Kind::usage for a change that is none.
Result<image::Config> committed_config(image::Config base, const Request& request,
                                       const CommitOptions& options);

/// Whether a path below the root ("etc/hosts") is a mount point of the container or below one: made for it,
/// and covered while it runs.
bool is_mounted_over(const Request& request, std::string_view path);

}  // namespace masu::manager
