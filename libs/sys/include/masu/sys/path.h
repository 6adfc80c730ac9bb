// SPDX-License-Identifier: Apache-2.0
//
// Paths below a root that may be hostile (a container image): resolved once, by the kernel, to an fd.
// Symbolic links are followed inside the root as if it were "/", magic links (/proc/self/fd/N) never are
// (CVE-2021-30465, CVE-2024-45310). Nothing here allocates or throws, so the container's first process uses
// it too; results are values or -errno.
#pragma once

#include <cstdint>

namespace masu::sys {

/// Opens `path` below the directory `root`: openat2(2) with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS, or where
/// the kernel or a seccomp filter refuses it (ENOSYS, EPERM) a walk, component by component, with the same
/// meaning. `flags` as open(2), O_CLOEXEC is added. Yields the fd or -errno.
int open_in_root(int root, const char* path, int flags, unsigned mode = 0) noexcept;

/// The same where no part of `path` may be a symbolic link: -ELOOP (or -ENOTDIR) if one is. Without
/// openat2(2) that is -ELOOP for any path of more than one part.
int open_without_links(int root, const char* path, int flags) noexcept;

/// The walk alone: what open_in_root falls back to.
int walk_in_root(int root, const char* path, int flags, unsigned mode = 0) noexcept;

/// Opens `path` below `dir` with no symbolic link, no mount point and no ".." followed: for files of procfs
/// and cgroupfs (CVE-2025-52881). Yields the fd or -errno.
int open_beneath(int dir, const char* path, int flags) noexcept;

enum class MakeKind : std::uint8_t { directory, file };

/// Makes the missing parts of `path` below `root` (directories 0755, the last part as `kind` says, a file
/// 0644) and opens it with O_PATH. Dangling symbolic links get their target made, inside the root. Yields the
/// fd or -errno.
int make_in_root(int root, const char* path, MakeKind kind) noexcept;
/// The same for a path that was not there a moment ago. `*through_links` is false if no symbolic link can
/// have been on the way.
int make_missing_in_root(int root, const char* path, MakeKind kind, bool* through_links = nullptr) noexcept;

}  // namespace masu::sys
