// SPDX-License-Identifier: Apache-2.0
#include "create_options.h"

#include "masu/base/text.h"
#include "masu/base/try.h"

#include <unistd.h>

namespace masu::runtime {

Result<unsigned> preserve_fds(const cli::Arguments& arguments) {
  const std::string_view given = arguments.value(kPreserveFds, "0");
  if (auto number = text::parse_int<unsigned>(given)) return *number;
  return fail(Error::make(Kind::usage, cat("invalid preserve-fds ", quote(given), ": expected a number")));
}

namespace {

// sd_listen_fds(3): meant for us only if LISTEN_PID says so, when it is there; conmon sets it to our pid.
unsigned listen_fds(const cli::Env& env) {
  const auto count = text::parse_int<unsigned>(env.variable("LISTEN_FDS"));
  const std::string_view pid = env.variable("LISTEN_PID");
  if (!count || (!pid.empty() && text::parse_int<pid_t>(pid) != getpid())) return 0;
  return *count;
}

}  // namespace

Result<std::string> path_value(const cli::Call& call, const cli::Option& option) {
  const std::string_view given = call.arguments.value(option);
  if (given.empty()) return std::string();
  return call.env.absolute(given);
}

Result<container::CreateOptions> create_options(const cli::Call& call) {
  container::CreateOptions options;
  options.id = call.arguments.positional(0);
  const std::string_view bundle = call.arguments.value(kBundle);
  options.bundle = TRY(call.env.absolute(bundle.empty() ? "." : bundle));
  options.config = TRY(path_value(call, kConfig));
  options.console_socket = TRY(path_value(call, kConsoleSocket));
  options.pidfd_socket = TRY(path_value(call, kPidfdSocket));
  options.pid_file = TRY(path_value(call, kPidFile));
  options.no_pivot = call.arguments.has(kNoPivot);
  options.no_new_keyring = call.arguments.has(kNoNewKeyring);
  options.listen_fds = listen_fds(call.env);
  options.preserve_fds = TRY(preserve_fds(call.arguments));
  return options;
}

}  // namespace masu::runtime
