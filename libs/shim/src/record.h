// SPDX-License-Identifier: Apache-2.0
//
// What must outlive the shim: how the container ended, and what a later shim needs to go on.
#pragma once

#include "masu/base/error.h"
#include "masu/json/reader.h"
#include "masu/json/writer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace masu::shim {

/// How one life of a process went. Times are CLOCK_REALTIME in nanoseconds, 0 while it has not come to that.
struct Life {
  pid_t pid = 0;
  std::int64_t created = 0;
  std::int64_t started = 0;
  std::int64_t finished = 0;
  std::optional<int> status;  ///< as waitpid(2); nothing if it ended unseen
  bool oom = false;

  bool exited() const { return finished != 0; }
  /// The exit code, 128+N after signal N; 255 if nobody knows.
  int code() const;
};

/// The members of a Life, into an object that is open.
void write_life(json::Writer& out, const Life& life);
Result<> read_life(json::Reader in, Life& life);
std::string life_json(const Life& life, std::string_view id, unsigned restarts);

/// Writes `name` anew so that it is there as a whole, or as it was, whatever happens: also after the machine
/// has lost its power.
Result<> write_durably(int directory, const char* name, std::string_view content, unsigned mode);
/// Room for a file that must be written when the disk may be full by then.
Result<> reserve(int directory, const char* name, std::size_t size);
/// The same as write_durably(), in the room of `reserved`; or not to outlive a power failure.
Result<> write_reserved(int directory, const char* reserved, const char* name, std::string_view content,
                        bool durable = true);

/// What --recover reads.
struct Saved {
  std::vector<std::string> words;
  std::string directory;
  std::string boot_id;
  std::uint64_t start_time = 0;  ///< of the container's first process, with `life.pid`
  std::string cgroups;           ///< its /proc/<pid>/cgroup
  std::uint64_t oom_kills = 0;   ///< of its cgroup, when it was made
  Life life;
  unsigned restarts = 0;
  bool stopped = false;   ///< somebody has asked for the end …
  bool stopping = false;  ///< … by a stop, whose time is running
  bool restarting = false;
  bool exit_command_run = false;
};
std::string to_json(const Saved& saved);
Result<Saved> parse_saved(std::string_view text);

}  // namespace masu::shim
