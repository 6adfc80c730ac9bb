// SPDX-License-Identifier: Apache-2.0
//
// Reads a container's log from a point on, over rotations, in steps of bounded work: the log may have
// gigabytes, and the one thread has others to serve.
#pragma once

#include "masu/shim/log_file.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace masu::shim {

struct LogQuery {
  bool out = true, err = true;
  std::optional<std::int64_t> since, until;  ///< nanoseconds since the epoch; until is exclusive
  std::optional<std::uint64_t> tail;         ///< the last so many lines
  bool text = false;                         ///< the bytes that the container wrote, instead of the records
};

class LogReader {
 public:
  LogReader(const LogFile& log, LogQuery query);

  enum class Step { more, end };
  /// Appends what comes next. `end`: all that is written by now has been read; a follower asks again later.
  Step step(std::string& out);

 private:
  void seek_back();
  void count_back(std::string_view lines);
  bool matches(const LogRecord& record) const;
  void take(std::string_view line, std::string& out) const;

  LogFormat format_;
  LogQuery query_;
  std::vector<std::shared_ptr<LogGeneration>> files_;  // until the tail is found
  std::shared_ptr<LogGeneration> at_;
  std::int64_t offset_ = 0;
  std::uint64_t counted_ = 0;  // line ends seen from the end on
  bool seeking_ = false;
  bool found_ = false;
  std::string cut_;  // the beginning of a line whose end has not been read
};

}  // namespace masu::shim
