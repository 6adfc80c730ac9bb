// SPDX-License-Identifier: Apache-2.0
//
// Options of run and create: folders and file systems in the container.
#pragma once

#include "masu/cli/env.h"
#include "masu/image/document.h"
#include "masu/manager/container.h"
#include "option.h"

#include <array>

namespace masu::manager {

inline constexpr cli::Option kVolume =
    values("volume", "SRC:DST[:OPTIONS]", "bind a folder or file of the host", 'v');
inline constexpr cli::Option kMount =
    values("mount", "type=…,…", "bind or tmpfs: type=bind,src=,dst=,ro or type=tmpfs,dst=,tmpfs-size=");
inline constexpr cli::Option kTmpfs = values("tmpfs", "PATH[:OPTIONS]", "mount a tmpfs there");
inline constexpr cli::Option kReadOnly{.name = "read-only", .help = "the root file system is not writable"};
inline constexpr cli::Option kShmSize = value("shm-size", "SIZE", "the size of /dev/shm; 64m by default");
inline constexpr std::array kMountsOptions = {&kVolume, &kMount, &kTmpfs, &kReadOnly, &kShmSize};

/// What they say, and the image where they are silent.
Result<> read_mounts(const cli::Call& call, const image::Config& image, Request& out);

}  // namespace masu::manager
