// SPDX-License-Identifier: Apache-2.0
//
// The OCI runtime, whichever it is: its command line (all options stand before the id, since crun takes none
// behind it), its answers, its errors. What changes the container is done one at a time.
#pragma once

#include "command.h"
#include "masu/base/error.h"
#include "masu/shim/program.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace masu::shim {

class Runtime {
 public:
  using Done = std::function<void(Outcome)>;

  /// `log` is a file (a number is added) for what the runtime says where its stderr is the container's. A
  /// call without a deadline of its own is killed after `timeout_ns`.
  Runtime(event::Loop& loop, event::Children& children, std::vector<std::string> program, std::string log,
          std::int64_t timeout_ns)
      : loop_(loop),
        children_(children),
        program_(std::move(program)),
        log_(std::move(log)),
        timeout_ns_(timeout_ns) {}

  const std::string& path() const { return program_.front(); }
  /// Runs it behind those that wait already. With `logged`, errors go to the log, too.
  void run(std::vector<std::string> words, Order order, bool logged, Done done);
  /// Runs it now, beside others: a command that changes nothing, or another process.
  void run_beside(std::vector<std::string> words, Order order, bool logged, Done done);
  /// Why it failed, in its own words.
  Error explain(const Outcome& outcome, std::string_view command) const;

 private:
  struct Waiting {
    Order order;
    Done done;
  };
  Waiting complete(std::vector<std::string> words, Order order, bool logged, Done done);
  void next();

  event::Loop& loop_;
  event::Children& children_;
  std::vector<std::string> program_;
  std::string log_;
  std::int64_t timeout_ns_;
  std::deque<Waiting> waiting_;
  bool busy_ = false;
  unsigned logs_ = 0;
};

/// The newest error in a log of JSON lines (level, msg); empty if there is none.
std::string last_error(std::string_view log);

}  // namespace masu::shim
