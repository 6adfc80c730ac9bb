// SPDX-License-Identifier: Apache-2.0
//
// What happens to the container, told as server-sent events (WHATWG HTML, 9.2). The last ones are kept for
// those who come later, or come back.
#pragma once

#include "bell.h"
#include "masu/json/writer.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace masu::shim {

class Events {
 public:
  /// `log`: a folder whose event log gets each event too; empty: none.
  Events(std::string container, std::string log) : container_(std::move(container)), log_(std::move(log)) {}

  /// {"time":…,"container":…, and what `members` adds}
  void add(std::string_view name, const std::function<void(json::Writer&)>& members = nullptr);
  std::uint64_t last() const { return last_; }
  /// Appends those after `*seen`, and moves it on.
  void read(std::uint64_t* seen, std::string& out) const;
  Bell& bell() { return bell_; }

 private:
  struct Event {
    std::uint64_t number;
    std::string text;
  };
  static constexpr std::size_t kKept = 256;
  std::string container_, log_;
  std::deque<Event> events_;
  std::uint64_t last_ = 0;
  Bell bell_;
};

/// RFC 3339.
std::string time_text(std::int64_t realtime_ns);
std::int64_t realtime_ns();

}  // namespace masu::shim
