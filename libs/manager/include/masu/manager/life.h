// SPDX-License-Identifier: Apache-2.0
//
// What happens to a container: it is started, ends, and is removed. Each of these may be cut off at any
// point, and is mended by the next: remove() works from whatever is there.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/container.h"
#include "masu/manager/shim_client.h"

#include <optional>
#include <string>

namespace masu::manager {

enum class Phase { created, running, paused, exited };
std::string_view phase_name(Phase phase);
inline bool is_running(Phase phase) { return phase == Phase::running || phase == Phase::paused; }

struct State {
  Phase phase = Phase::created;
  int pid = 0;
  int exit_code = 0;
  bool oom_killed = false, unknown = false;  ///< unknown: nobody has seen how it ended
  std::string started, finished;             ///< RFC 3339
};

/// Cheap: whether there is a shim, and the record of the end.
State read_state(const Place& place, const Request& request);

/// As the shim and the runtime know it: with the pid, and paused told from running.
State read_live_state(const Place& place, const Request& request);

struct StopOptions {
  std::optional<std::uint32_t> seconds;
  std::string signal;
};

/// Its processes stand still, until unpause().
Result<> pause(const Place& place, const Request& request);
Result<> unpause(const Place& place, const Request& request);
/// Starts a container that does not run.
Result<> begin(const Place& place, const Request& request);
/// Ends one that runs; fine if it does not. With --rm it is removed.
Result<> stop(const Place& place, const Request& request, const StopOptions& options);
/// A form of the shim's POST /: "cmd=kill&signal=TERM".
Result<> send(const Place& place, const Request& request, std::string_view form);
Result<State> wait_for_end(const Place& place, const Request& request);
/// Removes what is left of containers that were cut off in being made or removed: how many.
Result<std::size_t> mend(const Place& place);

/// Mounts the root file system and starts a shim, which creates the container; does not start it. In a mount
/// namespace of the shim's own, so nothing has to be unmounted, whoever is killed. The caller holds the
/// container's lock.
Result<> prepare(const Place& place, const Request& request);
/// Starts what prepare() has made. When the program cannot be executed, the shim is ended again.
Result<> start(const Place& place, const Request& request);

/// Ends the shim, if there is one, and keeps the record of the container's end.
Result<> end_shim(const Place& place, const Request& request);
/// All of it goes, running or not; with --rm or `with_volumes` its anonymous volumes too.
Result<> remove(const Place& place, const Request& request, bool with_volumes = false);

/// The exit code that a failed start means: 127 if the program is not there, 126 if it cannot be executed,
/// else 125.
int start_failure_code(const Error& error);

/// How it ended, from a shim's record.
Result<State> parse_exit(std::string_view record);

/// What --log-opt tag= says of it: a template with ID, FullID, Name, ImageID, ImageFullID and ImageName.
/// Kind::usage if it is none.
Result<std::string> log_tag(const Request& request);

}  // namespace masu::manager
