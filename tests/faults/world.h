// SPDX-License-Identifier: Apache-2.0
//
// The machine as one worker sees it: folders of its own for everything that the runtime may write to, and
// what lies there, in the mount table and in the cgroup trees.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace masu::faults {

/// Where a worker's files are, on a file system of its own that nobody else sees.
inline constexpr char kHome[] = "/run/faults";

/// Gives this process a mount namespace with an empty /run, /tmp and /dev/shm, and copies `source` to kHome.
/// What the runtime leaves behind becomes this process's child. Says on stderr what went wrong.
bool enter_world(const std::string& source);

/// Mounts, files and cgroups, a line each. Of the cgroups only those with `token` in their path: others come
/// and go.
std::vector<std::string> look_around(const std::string& token);

/// The pids of this process's children that have not ended; those that have are reaped.
std::vector<pid_t> living_children();

/// The files of the cgroup `name` in all hierarchies that hold its limits.
std::string limits_of(const std::string& name);

std::string read_text(const std::string& path);
void write_text(const std::string& path, const std::string& text);

}  // namespace masu::faults
