// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bundle.h"
#include "masu/base/error.h"
#include "masu/sys/fd.h"

#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

/// The folders `lower`, the top one first, as one by overlayfs; not attached yet. `upper`: upperdir=,
/// workdir= and what else there is to say; empty: for reading alone.
Result<sys::Fd> mount_overlay(const std::vector<std::string>& lower, std::vector<std::string> upper,
                              const Facts& facts);

/// A path's commas and backslashes mean something in options that are one string; a colon, in lowerdir.
std::string escape_path(std::string_view path);

}  // namespace masu::manager
