// SPDX-License-Identifier: Apache-2.0
//
// Sockets that a service manager has opened for a program: file descriptors from 3 on, counted by LISTEN_FDS,
// meant for the process that LISTEN_PID names (sd_listen_fds(3)).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace masu::sys {

/// How many are meant for this process; without LISTEN_PID, as some callers leave it, all that LISTEN_FDS
/// counts. A forked child is another process: to be asked before.
unsigned listen_fds() noexcept;

/// The caller's environment for a program that is to get `sockets` of them (0: it is not to think so), with
/// `more` in front. Its addresses stay while it is there, and it stays where it is.
class ListenEnvironment {
 public:
  explicit ListenEnvironment(unsigned sockets, std::span<const std::string> more = {});
  ListenEnvironment(const ListenEnvironment&) = delete;
  ListenEnvironment& operator=(const ListenEnvironment&) = delete;

  char* const* envp() const { return envp_.data(); }
  /// For Spawn::own_pid: LISTEN_PID is known to the child alone. Null without sockets.
  char* own_pid() { return pid_.empty() ? nullptr : pid_.data() + kPidName.size(); }

 private:
  static constexpr std::string_view kPidName = "LISTEN_PID=";
  std::string count_, pid_;
  std::vector<char*> envp_;
};

}  // namespace masu::sys
