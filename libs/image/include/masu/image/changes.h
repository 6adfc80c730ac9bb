// SPDX-License-Identifier: Apache-2.0
//
// Changes of an image's configuration as lines of a Dockerfile, which import and commit take.
#pragma once

#include "masu/base/error.h"
#include "masu/image/document.h"

#include <string_view>

namespace masu::image {

/// CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME, WORKDIR, STOPSIGNAL, ONBUILD, HEALTHCHECK, in capitals
/// or not; also with "=" behind the word, as docker and podman allow ("CMD=/bin/sh"). Kind::usage for
/// anything else.
Result<> apply_change(Config& config, std::string_view line);

}  // namespace masu::image
