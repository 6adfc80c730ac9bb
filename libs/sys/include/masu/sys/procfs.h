// SPDX-License-Identifier: Apache-2.0
//
// A handle of procfs that is procfs: checked by file system magic and root inode, so that a file system
// mounted over /proc cannot stand in for it (CVE-2019-16884, CVE-2025-52881). Files are opened below it
// without following links.
#pragma once

#include "masu/sys/fd.h"

#include <string_view>

namespace masu::sys {

class Procfs {
 public:
  /// The host's /proc, checked: two system calls. For use before any namespace is joined.
  static Result<Procfs> open_host();
  /// A private instance that no one else sees or can cover (fsopen(2)); without the right to mount, the
  /// host's.
  static Result<Procfs> open_private();

  int fd() const { return fd_.get(); }
  /// Opens `path` ("self/uid_map") below the handle; magic links, mounts and ".." are refused.
  Result<Fd> open(const char* path, int flags) const;
  Result<> write(const char* path, std::string_view text) const;

 private:
  explicit Procfs(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace masu::sys
