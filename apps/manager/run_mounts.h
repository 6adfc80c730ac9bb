// SPDX-License-Identifier: Apache-2.0
//
// Options of run and create: folders and file systems in the container.
#pragma once

#include "masu/cli/env.h"
#include "masu/image/document.h"
#include "masu/manager/container.h"
#include "masu/store/store.h"
#include "option.h"

#include <array>
#include <vector>

namespace masu::manager {

inline constexpr cli::Option kVolume =
    values("volume", "[SRC:]DST[:OPTIONS]", "bind a path of the host, or mount the volume named SRC", 'v');
inline constexpr cli::Option kMount = values(
    "mount", "type=…,…", "mount a bind, volume, tmpfs, ramfs, devpts, image or glob: type=bind,src=,dst=,ro");
inline constexpr cli::Option kTmpfs = values("tmpfs", "PATH[:OPTIONS]", "mount a tmpfs there");
inline constexpr cli::Option kVolumesFrom =
    values("volumes-from", "CONTAINER[:ro]", "with the volumes and binds of another container");
inline constexpr cli::Option kSecret = values(
    "secret", "NAME[,type=mount|env,…]",
    "a copy of a secret: a file in /run/secrets (target=, uid=, gid=, mode=), or a variable (target=)");
inline constexpr cli::Option kImageVolume =
    value("image-volume", "HOW", "volumes that the image wants: anonymous (the default), tmpfs, ignore", 0,
          {cli::Values::From::choices, "anonymous bind tmpfs ignore"});
inline constexpr cli::Option kReadOnly{.name = "read-only", .help = "the root file system is not writable"};
inline constexpr cli::Option kRootfs =
    flag("rootfs", "IMAGE is a folder of this machine; FOLDER:O leaves it as it is");
inline constexpr cli::Option kReadOnlyTmpfs{
    .name = "read-only-tmpfs", .help = "with --read-only, /run, /tmp and /var/tmp are (the default)"};
inline constexpr cli::Option kShmSize = value("shm-size", "SIZE", "the size of /dev/shm; 64m by default");
inline constexpr std::array kMountsOptions = {&kRootfs,      &kVolume,      &kMount,    &kTmpfs,
                                              &kVolumesFrom, &kImageVolume, &kReadOnly, &kReadOnlyTmpfs,
                                              &kShmSize,     &kSecret};

/// What they say, and the image where they are silent.
Result<> read_mounts(const cli::Call& call, const image::Config& image, Request& out);

/// What read_mounts() has left open: volumes are made, images found, and the mounts of other containers taken
/// over. The locks keep the volumes until the container is on record.
Result<std::vector<store::Lock>> resolve_mounts(const cli::Call& call, const Place& place,
                                                const store::Store& store, const image::Config& image,
                                                Request& request);

}  // namespace masu::manager
