// SPDX-License-Identifier: Apache-2.0
//
// What is seen of a transfer: on a terminal a bar for each layer, elsewhere a line when one is done.
#pragma once

#include "masu/transfer/progress.h"

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

class Bars {
 public:
  /// `done`: the word for it, "done" or "sent". All goes to stderr.
  Bars(bool quiet, std::string_view done);
  /// Refers to this object.
  transfer::Reporter reporter();

 private:
  struct Row {
    std::string digest, state;
    std::uint64_t bytes = 0, size = 0;
  };
  void say(std::string_view line);
  void tell(const transfer::Progress& what);
  Row& row_of(const image::Descriptor& what);
  void draw();
  std::string text_of(const Row& row, std::size_t columns) const;

  std::mutex mutex_;
  bool quiet_, terminal_;
  std::string_view done_;
  std::vector<Row> rows_;  // of what moves, and what has come to its end since they were drawn
  std::size_t drawn_ = 0;  // lines of the terminal that are ours
  std::int64_t last_ns_ = 0;
};

}  // namespace masu::manager
