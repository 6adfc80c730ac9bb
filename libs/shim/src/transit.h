// SPDX-License-Identifier: Apache-2.0
//
// Bytes on their way from the container to its log, exactly once, though the shim may be killed at any
// instruction. They move from the container's pipe into a pipe of ours that nobody else writes to (splice(2):
// a byte is in the one or in the other), from there into memory that shim and keeper share, and stay there
// until the log has them; how far the log has come stands beside them. The next shim goes on from there.
#pragma once

#include "masu/base/error.h"
#include "masu/shim/log_file.h"
#include "masu/sys/fd.h"

#include <cstddef>
#include <memory>
#include <string_view>

namespace masu::shim {

class Transit {
 public:
  static Result<std::unique_ptr<Transit>> make();
  ~Transit();
  Transit(const Transit&) = delete;
  Transit& operator=(const Transit&) = delete;

  /// Takes what `fd` has now: as many bytes as bytes() are then, 0 at its end, -errno.
  long take(int fd, Stream stream);
  /// What has been taken and not been cleared, by an earlier shim too.
  std::string_view bytes() const;
  Stream stream() const;
  /// The log has all of it.
  void clear();
  LogState& log() const;
  /// The fds of the pipe, to be kept.
  int in() const { return in_.get(); }
  int out() const { return out_.get(); }

  /// After a shim was killed: whatever had been under way is in bytes().
  void recover();
  /// Gives back the memory that much output has needed.
  void shrink();

 private:
  struct Shared;
  Transit(Shared* shared, sys::Fd in, sys::Fd out)
      : shared_(shared), in_(std::move(in)), out_(std::move(out)) {}
  long fill();

  Shared* shared_;
  sys::Fd in_, out_;  // the pipe
};

}  // namespace masu::shim
