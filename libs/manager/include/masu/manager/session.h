// SPDX-License-Identifier: Apache-2.0
//
// Our own stdin, stdout and stderr, joined to those of a process in a container.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/shim_client.h"

#include <functional>
#include <optional>
#include <string>

namespace masu::manager {

struct SessionOptions {
  std::string path;         ///< of the shim: "/attach", "/exec/e1/attach?start=1"
  std::string resize_path;  ///< "/resize"
  bool input = false;       ///< pass on our stdin
  bool tty = false;         ///< stdin in raw mode, sizes passed on
  bool pass_signals = true;
  std::string kill_path;                 ///< where signals go: "/" (cmd=kill) or "/exec/e1/kill"
  std::string detach_keys = "\x10\x11";  ///< ctrl-p ctrl-q; empty: there are none
};

enum class Outcome { ended, detached, lost };
struct SessionEnd {
  Outcome outcome = Outcome::lost;
  int code = 0;  ///< of a process that has ended
};

/// "ctrl-p,ctrl-q", "ctrl-@,x": the bytes that these keys are. Kind::usage for anything else.
Result<std::string> parse_detach_keys(std::string_view text);

/// Attaches, calls `begin` (which starts the process), and pumps until the process has ended, the user has
/// detached by his keys, or the shim is gone.
Result<SessionEnd> run_session(const ShimClient& shim, const SessionOptions& options,
                               const std::function<Result<>()>& begin);

}  // namespace masu::manager
