// SPDX-License-Identifier: Apache-2.0
//
// Health checks: a command in the container, again and again. Its exit code is the answer.
#pragma once

#include "exec.h"
#include "masu/json/writer.h"
#include "masu/shim/options.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace masu::shim {

class Health {
 public:
  enum class Status { none, starting, healthy, unhealthy };

  /// What is to be done with the container: each time it has become unhealthy, or has failed to start.
  using Act = std::function<void(HealthOptions::Action)>;
  Health(Workplace& place, HealthOptions options, StartupOptions startup, Act act);
  ~Health();
  Health(const Health&) = delete;
  Health& operator=(const Health&) = delete;

  /// The container runs. `config` is its config.json.
  void start(std::string_view config);
  void stop();
  Status status() const { return status_; }
  /// Checks now, and calls `told` when the result is there, or the container has ended. False if there is
  /// nothing to check by.
  bool check_now(std::function<void()> told);
  void write(json::Writer& out) const;

 private:
  struct Result {
    std::int64_t begun = 0, ended = 0;
    int code = 0;
    std::string output;
  };
  bool settling() const;  ///< failures do not count yet
  void schedule();
  void check();
  void kill_check();
  void done(int code, std::string output);
  void done_starting(int code);
  void set_status(Status status);
  void tell();

  Workplace& place_;
  HealthOptions options_;
  StartupOptions startup_;
  Act act_;
  Status status_ = Status::none;
  bool is_starting_ = false;  ///< the checks are those of the start
  unsigned failures_ = 0, successes_ = 0;
  std::int64_t running_since_ = 0, check_begun_ = 0;
  std::deque<Result> results_;
  std::optional<event::Loop::Timer> timer_;
  std::vector<std::function<void()>> waiting_;
  std::shared_ptr<bool> alive_;  // of the present run of checks
};

std::string_view health_name(Health::Status status);

}  // namespace masu::shim
