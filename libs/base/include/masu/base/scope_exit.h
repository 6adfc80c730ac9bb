// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

namespace masu {

/// Runs `action` at the end of the scope unless released. One cleanup each; the action must not fail.
template <class Action>
class [[nodiscard]] ScopeExit {
 public:
  explicit ScopeExit(Action action) : action_(std::move(action)) {}
  ScopeExit(const ScopeExit&) = delete;
  ScopeExit& operator=(const ScopeExit&) = delete;
  ~ScopeExit() {
    if (armed_) action_();
  }
  void release() { armed_ = false; }

 private:
  Action action_;
  bool armed_ = true;
};

}  // namespace masu
