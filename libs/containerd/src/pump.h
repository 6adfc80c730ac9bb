// SPDX-License-Identifier: Apache-2.0
//
// Passes bytes from one fd to another, as fast as the other takes them: pipes by splice(2), terminals and
// files by a buffer on the stack.
#pragma once

#include "masu/base/error.h"
#include "masu/event/loop.h"
#include "masu/sys/fd.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace masu::containerd {

class Pump {
 public:
  /// Both never block. `ended` is called once, by the loop, when no more can pass; the pump may go then.
  static Result<std::unique_ptr<Pump>> make(event::Loop& loop, sys::Fd from, sys::Fd to,
                                            std::function<void()> ended);
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;
  ~Pump();

 private:
  enum class Moved { some, empty, full, ended };
  Pump(event::Loop& loop, sys::Fd from, sys::Fd to, std::function<void()> ended)
      : loop_(loop), from_(std::move(from)), to_(std::move(to)), ended_(std::move(ended)) {}
  Result<> watch_source();
  void run();
  Moved move();
  Moved splice();
  Moved copy();
  Moved flush();
  void wait_for(Moved moved);

  event::Loop& loop_;
  sys::Fd from_, to_;
  std::function<void()> ended_;
  std::string pending_;  // read, and not yet taken
  bool splices_ = true;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace masu::containerd
