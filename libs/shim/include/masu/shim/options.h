// SPDX-License-Identifier: Apache-2.0
//
// What a shim is told when it is started.
#pragma once

#include "masu/base/error.h"
#include "masu/shim/log_file.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::shim {

struct RestartPolicy {
  enum class When { never, on_failure, always, unless_stopped };
  When when = When::never;
  unsigned most = 0;  ///< of on_failure: this often at most; 0: always

  /// "no", "on-failure", "on-failure:3", "always", "unless-stopped".
  static Result<RestartPolicy> parse(std::string_view text);
  /// Whether to start again after an exit with this code. `stopped`: somebody has asked for the end.
  bool wants(int code, bool stopped, unsigned restarts) const;
};

/// How long to wait before the next start: 100 ms, doubled each time up to a minute, anew after a life of ten
/// seconds.
std::int64_t restart_delay(unsigned quick_restarts);
inline constexpr std::int64_t kLongLife = 10'000'000'000;

struct HealthOptions {
  std::string command;  ///< for `sh -c` in the container; empty: no checks
  std::int64_t interval_ns = 30'000'000'000;
  std::int64_t timeout_ns = 30'000'000'000;
  std::int64_t start_period_ns = 0;                ///< failures count only after this, or after a success
  std::int64_t start_interval_ns = 5'000'000'000;  ///< until then
  unsigned retries = 3;                            ///< as many in a row make it unhealthy
  enum class Action { none, kill, restart, stop };
  Action action = Action::none;
  static Result<Action> parse_action(std::string_view text);
};

/// Checks before those of the health begin: of a program that takes long to start.
struct StartupOptions {
  std::string command;  ///< as that of HealthOptions; empty: none
  std::int64_t interval_ns = 30'000'000'000;
  std::int64_t timeout_ns = 30'000'000'000;
  unsigned retries = 0;    ///< as many failures in a row restart the container; 0: none do
  unsigned successes = 1;  ///< so many in a row, and it has started
};

enum class Input { none, once, open };

struct Options {
  std::string id;
  std::string bundle;   ///< absolute, as all paths
  std::string base;     ///< the shim's folder
  std::string runtime;  ///< the program
  std::vector<std::string> runtime_args;
  std::int64_t runtime_timeout_ns = 300'000'000'000;  ///< a call of it that takes longer is killed
  LogOptions log;
  std::string pid_file;
  std::string exit_dir;   ///< a copy of the exit record goes here, named by the id
  std::string event_log;  ///< a folder: events are appended there too (event_log.h); empty: no
  std::vector<std::string> exit_command;  ///< program and arguments; empty: none
  std::int64_t time_limit_ns = 0;         ///< the container is killed when it has run so long; 0: none
  bool passing = false;                   ///< no record of its end need survive a power failure
  std::int64_t exit_delay_ns = 0;         ///< before it
  unsigned listen_fds = 0;                ///< so many fds from 3 on are for the container (sd_listen_fds(3))
  unsigned held_fds = 0;  ///< so many behind those are held until the container has ended for good
  Input input = Input::once;
  RestartPolicy restart;
  HealthOptions health;
  StartupOptions startup;
  int stop_signal = 15;
  std::int64_t stop_timeout_ns = 10'000'000'000;
  std::int64_t drain_timeout_ns = 5'000'000'000;
  std::vector<std::string> words;  ///< the command line, and
  std::string directory;           ///< where it was given: for --recover
};

/// Letters, digits, "_", "+", "-" and "."; what all runtimes take, and a name of a file.
Result<> check_id(std::string_view id);
/// "1m30s", "500ms", "10" (seconds): nanoseconds.
Result<std::int64_t> parse_duration(std::string_view text);
/// "10k", "5M", "1g": bytes.
Result<std::uint64_t> parse_size(std::string_view text);
/// "TERM", "SIGTERM", "15", "RTMIN+1".
Result<int> parse_signal(std::string_view text);
/// "SIGTERM"; "SIGRTMIN+1"; the number for one without a name.
std::string signal_name(int number);

}  // namespace masu::shim
