// SPDX-License-Identifier: Apache-2.0
//
// What the unit tests of this library share: a directory of their own, counting fds, a private mount
// namespace.
#pragma once

#include <cstdlib>
#include <functional>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace masu::sys::test {

/// An empty directory, removed with all in it at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    if (mkdtemp(path_) == nullptr) abort();
    fd_ = ::open(path_, O_PATH | O_DIRECTORY | O_CLOEXEC);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    close(fd_);
    const pid_t pid = fork();
    if (pid == 0) {
      execl("/bin/rm", "rm", "-rf", "--", path_, nullptr);
      _exit(127);
    }
    waitpid(pid, nullptr, 0);
  }
  int fd() const { return fd_; }
  std::string path() const { return path_; }
  void directory(const char* name) const { check(mkdirat(fd_, name, 0755)); }
  void link(const char* target, const char* name) const { check(symlinkat(target, fd_, name)); }
  void file(const char* name, const std::string& content = "") const {
    const int fd = openat(fd_, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    check(fd);
    check(write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) ? 0 : -1);
    close(fd);
  }

 private:
  static void check(int result) {
    if (result < 0) abort();
  }
  char path_[32] = "/tmp/masu-sys-XXXXXX";
  int fd_ = -1;
};

/// How many fds this process has open.
inline int open_fds() {
  DIR* directory = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

/// Runs `body` in a child with a private mount namespace and yields its exit code, or -1 without the right to
/// that.
inline int in_mount_namespace(const std::function<int()>& body) {
  const pid_t pid = fork();
  if (pid == 0) {
    if (unshare(CLONE_NEWNS) < 0) _exit(255);
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0) _exit(255);
    _exit(body());
  }
  int status = 0;
  waitpid(pid, &status, 0);
  if (!WIFEXITED(status)) return 254;
  return WEXITSTATUS(status) == 255 ? -1 : WEXITSTATUS(status);
}

}  // namespace masu::sys::test
