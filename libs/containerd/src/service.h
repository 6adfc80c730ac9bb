// SPDX-License-Identifier: Apache-2.0
//
// The task service: containerd's calls for the containers of one pod.
#pragma once

#include "masu/ttrpc/message.h"
#include "task.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace masu::containerd {

class Service {
 public:
  /// `shut_down` is called when there is no container any more and a client says so.
  Service(World& world, std::function<void()> shut_down) : world_(world), shut_down_(std::move(shut_down)) {}

  void handle(const ttrpc::Request& request, Reply reply);
  bool has_tasks() const { return !tasks_.empty(); }

 private:
  Result<Task*> find(const std::string& id) const;
  Task* find(const Result<ProcessRequest>& request, const Reply& reply) const;
  void dispatch(const std::string& method, std::string_view payload, const Reply& reply);
  Result<std::string> create(std::string_view payload);
  void start(std::string_view payload, const Reply& reply);
  void remove(std::string_view payload, const Reply& reply);
  void wait(std::string_view payload, const Reply& reply);
  void checkpoint(std::string_view payload, const Reply& reply);
  Result<std::string> connect(std::string_view payload) const;
  Result<std::string> shut_down();
  Result<std::string> answer(const std::string& method, std::string_view payload);

  World& world_;
  std::function<void()> shut_down_;
  std::map<std::string, std::unique_ptr<Task>> tasks_;
};

}  // namespace masu::containerd
