// SPDX-License-Identifier: Apache-2.0
//
// A container's log on disk: written, rotated by size and count, and read while that happens. Files are NAME,
// NAME.1 (the one before it) … up to the count. Each generation knows its successor, so that a reader who
// still has an old one open, deleted or not, goes on to the next without a gap.
#pragma once

#include "masu/base/error.h"
#include "masu/shim/log_record.h"
#include "masu/sys/fd.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace masu::shim {

struct LogOptions {
  std::string path;  ///< absolute; empty: no log
  LogFormat format = LogFormat::json;
  std::uint64_t max_size = 0;  ///< bytes of a file, at least one record each; 0: no rotation
  unsigned max_files = 5;      ///< NAME among them
};

/// One file, for those who read it.
struct LogGeneration {
  sys::Fd fd;  ///< for reading
  std::shared_ptr<LogGeneration> next;
};

class LogFile {
 public:
  /// Opens or makes the file (0600) and goes on with what is there; a last line that was cut off is ended.
  static Result<LogFile> open(LogOptions options);

  /// Logs bytes of the container. What the disk does not take is counted, and a record says so as soon as it
  /// takes something again.
  void write(Stream stream, std::string_view bytes);
  /// Rotates now.
  Result<> rotate();
  /// Opens the file of that name anew, after somebody else has moved it.
  Result<> reopen();
  /// Gives back the memory that much output has needed.
  void shrink() { buffer_ = std::string(); }

  const LogOptions& options() const { return options_; }
  /// All that is there, oldest first; the last is the one that is written.
  std::vector<std::shared_ptr<LogGeneration>> generations() const;
  /// Bytes of the container so far, and those that were not logged.
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t lost() const { return lost_; }

 private:
  LogFile(LogOptions options, sys::Fd directory)
      : options_(std::move(options)), directory_(std::move(directory)) {}
  std::string name(unsigned index) const;
  Result<> open_current();
  void end_cut_line();
  std::size_t fitting(std::string_view records) const;
  bool put(std::string_view records);
  bool put_whole(std::string_view records);
  void report_loss();

  LogOptions options_;
  sys::Fd directory_;
  sys::Fd fd_;
  std::shared_ptr<LogGeneration> current_;
  std::uint64_t size_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t lost_ = 0, unreported_ = 0;
  std::string buffer_;
};

}  // namespace masu::shim
