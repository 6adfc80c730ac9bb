// SPDX-License-Identifier: Apache-2.0
//
// The directory that all hierarchies are mounted below, held open: what is reached through it stays reachable
// after this process has entered another mount namespace.
#pragma once

#include "masu/base/error.h"
#include "masu/sys/fd.h"

#include <string>
#include <string_view>

namespace masu::cgroups {

class Root {
 public:
  Root() = default;
  static Result<Root> open(std::string path);

  int fd() const { return fd_.get(); }
  const std::string& path() const { return path_; }
  /// What to give to an …at() call with fd() for an absolute path: the part below the root, or a path
  /// elsewhere as it is.
  const char* below(const std::string& path) const;

  /// open(2) of an absolute path; O_CLOEXEC is added.
  Result<sys::Fd> open_file(const std::string& path, int flags) const;
  /// The content of a kernel file that fits into one read(2) of a page.
  Result<std::string> read(const std::string& path) const;
  /// One write(2) to an existing file. The error names file and value.
  Result<> write(const std::string& path, std::string_view value) const;

 private:
  std::string path_;
  sys::Fd fd_;  // O_PATH
};

}  // namespace masu::cgroups
