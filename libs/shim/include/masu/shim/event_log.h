// SPDX-License-Identifier: Apache-2.0
//
// Events of many containers in one place: a folder with the files "log" and "log.1", an event a line. Writers
// do not wait for each other, since a write(2) with O_APPEND is whole; a file that has grown is renamed to
// "log.1".
#pragma once

#include "masu/base/error.h"
#include "masu/sys/fd.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace masu::shim {

/// Makes the folder if it is not there.
Result<> append_event(const std::string& folder, std::string_view line);

/// Reads the lines from the oldest on, and then those that are added.
class EventReader {
 public:
  static Result<EventReader> open(std::string folder);

  /// The next line; nothing if there is none yet.
  Result<bool> next(std::string& line);
  /// Until something may have been added, or the deadline (CLOCK_MONOTONIC ns) has passed.
  void wait(std::int64_t deadline_ns) const;

 private:
  EventReader(std::string folder, sys::Fd watch) : folder_(std::move(folder)), watch_(std::move(watch)) {}
  bool open_next();
  bool is_left() const;
  bool fill();

  std::string folder_, buffer_;
  sys::Fd watch_, file_, pending_;  // pending_: what is read after file_
  std::uint64_t inode_ = 0;         // of file_
};

}  // namespace masu::shim
