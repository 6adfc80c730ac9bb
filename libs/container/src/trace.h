// SPDX-License-Identifier: Apache-2.0
//
// --trace: the steps of a command, of parent and child, as Chrome trace events (one JSON document that
// Perfetto and chrome://tracing open). Costs nothing when it is off.
#pragma once

#include "masu/base/error.h"
#include "masu/container/container.h"
#include "protocol.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace masu::container {

class Trace {
 public:
  explicit Trace(const Context& context);

  /// The parent's step that begins now and ends with the next one; the name must be a literal.
  void step(std::string_view name);
  /// Writes parent and child (`progress` may be null) to the context's file. The child's last step ends now.
  Result<> write(const Progress* progress);

 private:
  struct Event {
    std::string_view name;
    std::int64_t begin_ns = 0;  // CLOCK_REALTIME
  };
  std::string path_;
  std::vector<Event> events_;
};

}  // namespace masu::container
