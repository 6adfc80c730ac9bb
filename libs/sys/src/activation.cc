// SPDX-License-Identifier: Apache-2.0
#include "masu/sys/activation.h"

#include "masu/base/text.h"
#include "masu/sys/process.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace masu::sys {
namespace {

constexpr std::string_view kCountName = "LISTEN_FDS=";

}  // namespace

unsigned listen_fds() noexcept {
  constexpr unsigned kMost = 1024;
  const char* count = secure_getenv("LISTEN_FDS");
  const char* pid = secure_getenv("LISTEN_PID");
  if (count == nullptr || (pid != nullptr && text::parse_int<pid_t>(pid) != getpid())) return 0;
  return std::min(text::parse_int<unsigned>(count).value_or(0), kMost);
}

ListenEnvironment::ListenEnvironment(unsigned sockets, std::span<const std::string> more) {
  for (const std::string& variable : more) envp_.push_back(const_cast<char*>(variable.c_str()));
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (!text.starts_with(kCountName) && !text.starts_with(kPidName)) envp_.push_back(*variable);
  }
  if (sockets > 0) {
    count_ = cat(kCountName, sockets);
    pid_ = cat(kPidName, std::string(kPidSize, '\0'));
    envp_.push_back(count_.data());
    envp_.push_back(pid_.data());
  }
  envp_.push_back(nullptr);
}

}  // namespace masu::sys
