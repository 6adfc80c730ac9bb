// SPDX-License-Identifier: Apache-2.0
//
// Folders copied with all that files have: owners, modes, times, extended attributes, hard links, holes.
#pragma once

#include "masu/base/error.h"

#include <cstdint>
#include <optional>
#include <string>

#include <sys/stat.h>

namespace masu::store {

/// Copies what is in the folder `from` into the folder `to`, and the folder's own owner, mode, attributes and
/// times; both are fds that may be read. Other file systems mounted in it are copied as their mount points.
/// Symbolic links are copied, never followed. Extents are shared where the file system can. What an ordinary
/// user may not set (owners, some attributes) fails with EPERM.
Result<> copy_tree(int from, int to);

/// Copies one object that is no folder, `name` in `from`, with the status that it has, to `to_name` in `to`,
/// where nothing of that name is.
Result<> copy_object(int from, const std::string& name, const struct stat& status, int to,
                     const std::string& to_name);

/// Whether overlayfs takes it for a deletion.
bool is_whiteout(const struct stat& status);

/// Whether overlayfs shows nothing of lower layers in the folder `name` of `dir`.
bool is_opaque(int dir, const std::string& name);

/// Copies a layer, as overlayfs has it, over what the folder `to` has from the layers below: folders are
/// merged, what a whiteout names is removed, an opaque folder begins empty.
Result<> apply_layer(int from, int to);

/// Gives the folder of the fd and all in it to `uid` and `gid`, but does not enter other file systems and
/// follows no link. Nothing: that id stays.
Result<> chown_tree(int folder, std::optional<std::uint32_t> uid, std::optional<std::uint32_t> gid);

}  // namespace masu::store
