// SPDX-License-Identifier: Apache-2.0
//
// What the unit tests of this library share: a directory of their own, files, a child with namespaces of its
// own.
#pragma once

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::container::test {

/// An empty directory, removed with all in it at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    if (mkdtemp(path_) == nullptr) abort();
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    const pid_t pid = fork();
    if (pid == 0) {
      execl("/bin/rm", "rm", "-rf", "--", path_, nullptr);
      _exit(127);
    }
    waitpid(pid, nullptr, 0);
  }
  std::string path(const std::string& name = "") const { return name.empty() ? path_ : path_ + ("/" + name); }

 private:
  char path_[32] = "/tmp/masu-container-XXXXXX";
};

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// Runs `body` in a child with new namespaces (a user namespace first, if we are not root). Its exit code; -1
/// without the right to such namespaces.
inline int in_namespaces(int flags, const std::function<int()>& body) {
  constexpr int kRefused = 99;
  const pid_t pid = fork();
  if (pid == 0) {
    if (geteuid() != 0) flags |= CLONE_NEWUSER;
    if (unshare(flags) < 0) _exit(kRefused);
    _exit(body());
  }
  int status = 0;
  waitpid(pid, &status, 0);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return code == kRefused ? -1 : code;
}

}  // namespace masu::container::test
