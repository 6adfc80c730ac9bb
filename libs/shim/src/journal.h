// SPDX-License-Identifier: Apache-2.0
//
// The journal as a log: each line a datagram to journald, in its own protocol
// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/), with the fields that Docker's and Podman's readers look for.
#pragma once

#include "masu/base/error.h"
#include "masu/shim/log_file.h"
#include "masu/sys/fd.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace masu::shim {

class Journal {
 public:
  /// `options.journal` is journald's socket; `state` counts what was sent and lost, and has to outlast this.
  static Result<std::unique_ptr<Journal>> open(const LogOptions& options, std::string_view container,
                                               LogState* state);

  /// A line that is longer than a datagram may be, or has no end yet, comes in parts.
  void write(Stream stream, std::string_view bytes);

 private:
  Journal(std::string path, sys::Fd socket, LogState* state)
      : path_(std::move(path)), socket_(std::move(socket)), state_(state) {}
  void send_line(Stream stream, std::string_view line, bool partial);
  bool send(std::string_view datagram);

  std::string path_;
  sys::Fd socket_;
  LogState* state_;
  std::string fields_;  // the same for all lines
  bool begun_[2] = {};  // whether a stream is in the middle of a line
  std::int64_t silent_until_ = 0;
};

}  // namespace masu::shim
