// SPDX-License-Identifier: Apache-2.0
//
// A container's log on disk: written, rotated by size and count, and read while that happens. Files are NAME,
// NAME.1 (the one before it) … up to the count. Each generation knows its successor, so that a reader who
// still has an old one open, deleted or not, goes on to the next without a gap.
#pragma once

#include "masu/base/error.h"
#include "masu/shim/log_record.h"
#include "masu/sys/fd.h"

#include <atomic>
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
  std::uint64_t max_total =
      0;                ///< bytes of the container over its life; what comes after is lost. 0: no limit
  bool sync = false;    ///< fsync of each file when it is complete
  std::string journal;  ///< socket of the journal that is the log; empty: none
  std::string name;     ///< in the journal the container's name; empty: its id
  std::string tag;      ///< the same of CONTAINER_TAG and SYSLOG_IDENTIFIER
};

/// How far the records of one piece of output have come. It may stand in memory that outlives the writer:
/// what it says is right after every store.
class LogProgress {
 public:
  struct Mark {
    std::uint64_t written = 0;  ///< bytes of the records that were in the log when …
    std::uint64_t size = 0;     ///< … the file had this size
    std::uint64_t file = 0;     ///< its inode; 0: nothing has been written
  };
  /// Another piece: nothing of it is written.
  void begin() { set({}); }
  void set(const Mark& mark) {
    const unsigned other = 1 - current_.load();
    marks_[other] = mark;
    current_ = other;
  }
  const Mark& mark() const { return marks_[current_.load()]; }
  std::int64_t time_ns = 0;  ///< of its records

 private:
  Mark marks_[2];
  std::atomic<unsigned> current_{0};
};

/// What a writer knows beside its file.
struct LogState {
  LogProgress progress;
  std::uint64_t bytes = 0;       ///< of the container so far
  std::uint64_t lost = 0;        ///< those that were not logged
  std::uint64_t unreported = 0;  ///< those of them that the log does not tell of yet
  bool full = false;             ///< the log has as much as it may have
};

/// One file, for those who read it.
struct LogGeneration {
  sys::Fd fd;  ///< for reading
  std::shared_ptr<LogGeneration> next;
};

class LogFile {
 public:
  /// Opens or makes the file (0600) and goes on with what is there; a last line that was cut off is ended. A
  /// state that is given has to outlast this.
  static Result<LogFile> open(LogOptions options, LogState* state = nullptr);

  /// Logs bytes of the container. What the disk does not take is counted, and a record says so as soon as it
  /// takes something again.
  void write(Stream stream, std::string_view bytes);
  /// The same for bytes that a writer with the same state was killed with: what it has written of them stays.
  void finish(Stream stream, std::string_view bytes);
  /// Rotates now.
  Result<> rotate();
  /// Opens the file of that name anew, after somebody else has moved it.
  Result<> reopen();
  /// Nothing more will come: what there is is on the disk after this, if the options want that.
  void complete() const;
  /// Gives back the memory that much output has needed.
  void shrink() { buffer_ = std::string(); }

  const LogOptions& options() const { return options_; }
  /// All that is there, oldest first; the last is the one that is written.
  std::vector<std::shared_ptr<LogGeneration>> generations() const;
  /// Bytes of the container so far, and those that were not logged.
  std::uint64_t bytes() const { return state_->bytes; }
  std::uint64_t lost() const { return state_->lost; }

 private:
  LogFile(LogOptions options, sys::Fd directory, LogState* state);
  std::string name(unsigned index) const;
  Result<> open_current();
  void end_cut_line();
  std::size_t fitting(std::string_view records) const;
  std::uint64_t count_excess(std::string_view bytes) const;
  void close_log();
  void log(Stream stream, std::string_view bytes, std::uint64_t written);
  bool put(std::string_view records, std::uint64_t written, LogProgress* progress);
  bool put_whole(std::string_view records);
  void report_loss();

  LogOptions options_;
  sys::Fd directory_;
  sys::Fd fd_;
  std::shared_ptr<LogGeneration> current_;
  std::uint64_t size_ = 0, inode_ = 0;
  std::unique_ptr<LogState> own_state_;
  LogState* state_;
  std::string buffer_;
};

}  // namespace masu::shim
