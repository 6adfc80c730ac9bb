// SPDX-License-Identifier: Apache-2.0
//
// Those who wait for something to happen: each is told as long as it keeps what add() gave it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

namespace masu::shim {

class Bell {
 public:
  using Ring = std::function<void()>;

  [[nodiscard]] std::shared_ptr<Ring> add(Ring ring) {
    auto listener = std::make_shared<Ring>(std::move(ring));
    listeners_.push_back(listener);
    return listener;
  }
  void ring() {
    const std::vector<std::weak_ptr<Ring>> now = listeners_;  // one that is told may add another
    for (const auto& weak : now)
      if (const auto listener = weak.lock()) (*listener)();
    std::erase_if(listeners_, [](const auto& weak) { return weak.expired(); });
  }

 private:
  std::vector<std::weak_ptr<Ring>> listeners_;
};

}  // namespace masu::shim
