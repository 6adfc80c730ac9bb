// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/root.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/sys/raw.h"
#include "tree.h"

#include <cerrno>

namespace masu::cgroups {

Result<Root> Root::open(std::string path) {
  Root root;
  root.fd_ = TRY(sys::open(path, O_PATH | O_DIRECTORY));
  root.path_ = std::move(path);
  return root;
}

const char* Root::below(const std::string& path) const {
  if (path == path_) return ".";
  return path.starts_with(path_) && path[path_.size()] == '/' ? path.c_str() + path_.size() + 1
                                                              : path.c_str();
}

Result<sys::Fd> Root::open_file(const std::string& path, int flags) const {
  const int fd = sys::raw::openat(fd_.get(), below(path), flags);
  if (fd < 0) return fail(Error::sys(-fd, cat("open ", quote(path))));
  return sys::Fd(fd);
}

Result<std::string> Root::read(const std::string& path) const {
  return read_value(TRY(open_file(path, O_RDONLY)), path);
}

Result<> Root::write(const std::string& path, std::string_view value) const {
  return write_value(TRY(open_file(path, O_WRONLY)), value, path);
}

}  // namespace masu::cgroups
