// SPDX-License-Identifier: Apache-2.0
#include "masu/cli/env.h"

#include "masu/base/text.h"

#include <cerrno>

#include <limits.h>
#include <unistd.h>

namespace masu::cli {

std::string_view Env::called_as() const {
  if (words.empty()) return {};
  const std::string_view path = words.front();
  return path.substr(path.rfind('/') + 1);
}

std::string_view Env::variable(std::string_view name) const {
  for (auto entry = variables; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.size() > name.size() && text[name.size()] == '=' && text.starts_with(name))
      return text.substr(name.size() + 1);
  }
  return {};
}

Result<std::string> Env::absolute(std::string_view path) const {
  if (path.empty()) return fail(Error::make(Kind::usage, "an empty path was given"));
  std::string whole;
  if (path.front() != '/') {
    char cwd[PATH_MAX];
    if (::getcwd(cwd, sizeof cwd) == nullptr) return fail(Error::sys(errno, "find the working directory"));
    whole = cat(cwd, "/");
  }
  whole += path;
  std::string clean;
  for (std::string_view part : text::split(whole, '/')) {
    if (part.empty() || part == "." || (part == ".." && clean.empty())) continue;
    clean += '/';
    clean += part;
  }
  if (clean.empty()) clean += '/';
  return clean;
}

Result<> Env::print(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = ::write(out, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(Error::sys(errno, "write to standard output"));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace masu::cli
