// SPDX-License-Identifier: Apache-2.0
//
// File descriptors with one owner. Every fd is born O_CLOEXEC.
#pragma once

#include "masu/base/error.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace masu::sys {

/// An owned file descriptor, or none. Move-only; no bool, so that `if (fd)` cannot compile.
class [[nodiscard]] Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  [[nodiscard]] int take() { return std::exchange(fd_, -1); }
  /// Closes; never retried on EINTR, since Linux has freed the number already (close(2)).
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

/// Closes many: one close_range(2) for each run of numbers, which fds opened in a row have.
void close_all(std::vector<Fd> fds);

/// openat(2) with O_CLOEXEC added; EINTR is retried.
Result<Fd> open_at(int dir, const char* path, int flags, unsigned mode = 0);
Result<Fd> open(const std::string& path, int flags, unsigned mode = 0);
Result<Fd> duplicate(int fd);

/// The whole of a file, refused above `limit` bytes.
Result<std::string> read_file_at(int dir, const char* path, std::size_t limit = 16u << 20);
Result<std::string> read_file(const std::string& path, std::size_t limit = 16u << 20);
Result<std::string> read_all(int fd, std::size_t limit = 16u << 20);
/// The same for a file whose text the kernel makes whole for one read(2) (proc_pid_stat(5), sysctls; not
/// mountinfo): no second read to see its end.
Result<std::string> read_kernel_file(const std::string& path);

/// Opens an existing file for writing (never creates, never truncates) and writes `text` in one write(2): for
/// cgroupfs and procfs, where each write is an act of its own.
Result<> write_file_at(int dir, const char* path, std::string_view text);

/// Writes `text` in one write(2); one that takes only a part of it is an error (EIO).
Result<> write_once(int fd, std::string_view text);

/// Writes all of `bytes`, over short writes.
Result<> write_all(int fd, std::string_view bytes);

/// Gives `dir` a new file `name` with this content, instead of one that is there: written without a name,
/// then linked. Nothing is left of a writer that is killed, which suits a folder that is not ours alone; for
/// an instant there may be no such file. Where the file system has no files without a name:
/// replace_file_at().
Result<> place_file_at(int dir, const char* name, std::string_view content, unsigned mode);

/// Replaces `name` in `dir` by a new file with this content: written beside it, then renamed. No fsync: the
/// state tree lives on tmpfs and dies with the boot that it names.
Result<> replace_file_at(int dir, const char* name, std::string_view content, unsigned mode);

}  // namespace masu::sys
