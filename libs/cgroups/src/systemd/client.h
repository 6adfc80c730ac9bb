// SPDX-License-Identifier: Apache-2.0
//
// The calls to org.freedesktop.systemd1.Manager that containers need. Deadlines are CLOCK_MONOTONIC in
// nanoseconds.
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/unit_properties.h"
#include "masu/dbus/connection.h"

#include <cstdint>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace masu::cgroups {

class SystemdClient {
 public:
  /// To the system's instance, or to the user's own. The error tells what to do without one.
  static Result<SystemdClient> connect(bool user, std::int64_t deadline_ns);

  /// Starts a unit that no file describes, and waits for the end of its job. A unit of that name that has
  /// failed is forgotten first (Kind::exists if it is alive).
  Result<> start_transient(const std::string& unit, const Properties& properties, std::int64_t deadline_ns);
  /// Stops and forgets a unit; none of that name is no error.
  Result<> stop(const std::string& unit, std::int64_t deadline_ns);
  /// Changes a unit until the next boot.
  Result<> set_properties(const std::string& unit, const Properties& properties, std::int64_t deadline_ns);
  /// Moves a process into the unit's cgroup, or into `subgroup` ("/payload") of it.
  Result<> attach(const std::string& unit, std::string_view subgroup, pid_t pid, std::int64_t deadline_ns);

  /// 252; 0 if it does not say.
  Result<int> version(std::int64_t deadline_ns);
  /// The cgroup that this instance manages: "/user.slice/user-1000.slice/user@1000.service"; "" is the root.
  Result<std::string> control_group(std::int64_t deadline_ns);

 private:
  explicit SystemdClient(dbus::Connection bus) : bus_(std::move(bus)) {}
  Result<dbus::Reply> call(const char* member, dbus::Values arguments, std::int64_t deadline_ns);
  Result<std::string> property(const char* name, std::int64_t deadline_ns);
  Result<> watch_jobs(std::int64_t deadline_ns);
  Result<std::string> wait_for_job(const dbus::Reply& started, std::int64_t deadline_ns);

  dbus::Connection bus_;
  bool watches_jobs_ = false;
};

/// True if the units of this process's containers are for the user's own systemd: it has no rights of its
/// own, or is root of a user namespace alone while the system's instance belongs to the world outside.
bool belongs_to_user_instance();

}  // namespace masu::cgroups
