// SPDX-License-Identifier: Apache-2.0
//
// Tells containerd what happens, in order, over its own ttrpc socket. Whoever calls never waits: while
// containerd is away (it restarts), events are kept.
#pragma once

#include "masu/event/loop.h"
#include "masu/ttrpc/client.h"
#include "messages.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace masu::containerd {

class Publisher {
 public:
  /// `address` is that of TTRPC_ADDRESS; empty: nobody wants to know.
  Publisher(event::Loop& loop, std::string address, std::string name_space);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;
  ~Publisher();

  void publish(const Event& event);
  bool idle() const { return queue_.empty(); }

 private:
  struct Item {
    std::string topic;
    std::string request;
    unsigned failures = 0;
  };
  void send();
  void answered(Result<ttrpc::Response> response);
  void retry(const std::string& why);

  event::Loop& loop_;
  std::string address_, namespace_;
  std::deque<Item> queue_;
  std::unique_ptr<ttrpc::Client> client_;
  bool sending_ = false;
  std::optional<event::Loop::Timer> timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// CLOCK_REALTIME, ns.
Time now();

}  // namespace masu::containerd
