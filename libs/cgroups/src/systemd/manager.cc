// SPDX-License-Identifier: Apache-2.0
//
// Manager: containers whose cgroups systemd makes. systemd owns the unit's cgroup, so it is asked for all
// that it has a word for; what it has none for is written into the files, which Delegate=yes allows.
//
// A unit is started around a process that lives already (PIDs=). So the first process is cloned where its
// parent is, and makes its mounts while systemd makes the unit and moves it there: the slow part, systemd's
// write to cgroup.procs and the way to it, costs no time of its own. The other way, a unit around a
// placeholder and CLONE_INTO_CGROUP, would have all of that before the clone.
#include "masu/cgroups/manager.h"

#include "client.h"
#include "masu/base/log.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/unit_properties.h"
#include "masu/sys/raw.h"
#include "processes.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace masu::cgroups {

namespace raw = sys::raw;

namespace {

using dbus::Value;

constexpr std::int64_t kSecond = 1'000'000'000;
/// For a connection, and for all that a unit's start or stop takes (runc's patience).
constexpr std::int64_t kConnectTime = 10 * kSecond, kJobTime = 30 * kSecond, kStopTime = 5 * kSecond;

std::int64_t in(std::int64_t nanoseconds) { return raw::monotonic_ns() + nanoseconds; }

Result<std::vector<Setting>> settings_of(LayoutKind kind, const spec::Resources& resources) {
  return kind == LayoutKind::v2 ? settings_v2(resources) : settings_v1(resources);
}

/// What makes a unit of a container, whatever its limits.
Properties unit_properties(const Unit& unit, LayoutKind kind, pid_t pid) {
  Properties properties{{"Description", Value::string(cat("container ", unit.name))}};
  const Value slice = Value::string(unit.slice);
  if (unit.is_slice()) {
    properties.push_back({"Wants", Value::array("s", {slice})});  // its parent is in its name
  } else {
    properties.push_back({"Slice", slice});
    properties.push_back({"Delegate", Value::boolean(true)});
    properties.push_back({"PIDs", Value::array("u", {Value::uint32(static_cast<std::uint32_t>(pid))})});
  }
  const char* io = kind == LayoutKind::v2 ? "IOAccounting" : "BlockIOAccounting";
  for (const char* name : {"MemoryAccounting", "CPUAccounting", io, "TasksAccounting"})
    properties.push_back({name, Value::boolean(true)});
  // Or the container would be stopped by shutdown before what depends on it.
  properties.push_back({"DefaultDependencies", Value::boolean(false)});
  return properties;
}

void append(Properties& properties, Properties more) {
  properties.insert(properties.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
}

Result<> check_subgroup(const std::string& name) {
  if (name.find('/') == std::string::npos && name != "." && name != "..") return {};
  return fail(
      Error::spec("annotations.run.oci.systemd.subgroup", cat(quote(name), " is no name of a cgroup")));
}

}  // namespace

Result<Manager> Manager::plan_unit(const Layout& layout, const PathRequest& request) {
  Saved saved{.kind = layout.kind, .root = layout.root, .directories = {}, .rootless = request.rootless};
  saved.unit = TRY(parse_unit(request.cgroups_path, request.id, belongs_to_user_instance()));
  std::string base;
  if (saved.unit.user) {
    saved.rootless = true;
    if (layout.kind != LayoutKind::v2)
      return fail(Error::make(Kind::unsupported, "a user's systemd manages no cgroups of v1")
                      .hint("boot with systemd.unified_cgroup_hierarchy=1, or use the cgroupfs driver"));
    auto systemd = TRY(SystemdClient::connect(true, in(kConnectTime)));
    base = TRY(systemd.control_group(in(kConnectTime)));
  }
  TRY(check_subgroup(request.subgroup));
  if (layout.kind == LayoutKind::v2 && !saved.unit.is_slice()) saved.unit.subgroup = request.subgroup;
  // A slice's parent is in its name, whatever slice is said beside it.
  base += saved.unit.is_slice() ? TRY(expand_slice(saved.unit.name))
                                : cat(TRY(expand_slice(saved.unit.slice)), "/", saved.unit.name);
  if (!saved.unit.subgroup.empty()) base += "/" + saved.unit.subgroup;
  for (const Hierarchy& hierarchy : layout.hierarchies)
    saved.directories.push_back({hierarchy.controllers, hierarchy.mount, hierarchy.mount + base});
  Manager manager = TRY(from_saved(std::move(saved)));
  manager.path_given_ = manager.unit_planned_ = true;
  return manager;
}

Result<> Manager::start_unit(pid_t pid, const spec::Resources& resources,
                             const spec::Annotations& annotations) {
  const Unit& unit = saved_.unit;
  const std::vector<Setting> settings = TRY(settings_of(saved_.kind, resources));
  Properties properties = unit_properties(unit, saved_.kind, pid);
  append(properties, TRY(annotation_properties(annotations)));
  auto systemd = TRY(SystemdClient::connect(unit.user, in(kConnectTime)));
  const std::int64_t deadline = in(kJobTime);
  const int version = depends_on_version(settings) ? TRY(systemd.version(deadline)) : 0;
  append(properties, limit_properties(settings, version));
  if (auto policy = oom_policy(settings, version)) properties.push_back(std::move(*policy));
  // A user's systemd has no means to guard devices.
  if (!unit.user) append(properties, device_properties(TRY(reduce_device_rules(resources.devices))));
  unit_planned_ = false;
  auto started = systemd.start_transient(unit.name, properties, deadline);
  if (!started && started.error().kind() == Kind::exists) {
    saved_.directories.clear();  // somebody else's: remove() must not end what is in it
    saved_.unit = {};
  }
  if (!started) return started;
  return unit.subgroup.empty() ? Result<>() : enter_subgroup(pid);
}

/// From here on the unit's own cgroup holds no process, so that it may have controllers for its child (no
/// internal processes, cgroup-v2.rst).
Result<> Manager::enter_subgroup(pid_t pid) {
  for (const Directory& directory : saved_.directories) TRY(make_path(directory, directory.path));
  return add(pid);
}

Result<> Manager::attach(pid_t pid) const {
  auto added = add(pid);
  const bool refused = !added && (added.error().err() == EACCES || added.error().err() == EPERM);
  if (!refused || !has_unit()) return added;
  // The kernel wants the right to write to an ancestor of both cgroups, which the user's session and the
  // user's units do not have in common; systemd has it.
  auto systemd = TRY(SystemdClient::connect(saved_.unit.user, in(kConnectTime)));
  const std::string& path = saved_.directories.front().path;
  const std::size_t unit = path.find("/" + saved_.unit.name);
  const std::string below = unit == std::string::npos ? "" : path.substr(unit + 1 + saved_.unit.name.size());
  return systemd.attach(saved_.unit.name, below, pid, in(kJobTime));
}

Result<> Manager::set_unit_properties(const spec::Resources& resources, Devices devices) const {
  const std::vector<Setting> settings = TRY(settings_of(saved_.kind, resources));
  auto systemd = TRY(SystemdClient::connect(saved_.unit.user, in(kConnectTime)));
  const std::int64_t deadline = in(kJobTime);
  const int version = depends_on_version(settings) ? TRY(systemd.version(deadline)) : 0;
  Properties properties = limit_properties(settings, version);
  if (devices == Devices::set && !saved_.unit.user)
    append(properties, device_properties(TRY(reduce_device_rules(resources.devices))));
  return properties.empty() ? Result<>() : systemd.set_properties(saved_.unit.name, properties, deadline);
}

/// StopUnit alone would send SIGTERM and wait for a minute and a half, so the processes go first.
Result<> Manager::stop_unit(std::int64_t deadline_ns) const {
  const std::vector<pid_t> processes = TRY(pids(true));
  if (!processes.empty()) {
    TRY(kill_all(SIGKILL));
    kill_and_wait(processes, deadline_ns);
  }
  auto systemd = SystemdClient::connect(saved_.unit.user, std::min(deadline_ns, in(kConnectTime)));
  if (!systemd && (systemd.error().err() == ENOENT || systemd.error().err() == ECONNREFUSED)) {
    // Without systemd there is no unit; one that has only lost its bus forgets an empty scope by itself.
    MASU_DEBUG(cat(systemd.error().message(), ", ignoring"));
    return {};
  }
  if (!systemd) return fail(std::move(systemd).error());
  auto stopped = systemd->stop(saved_.unit.name, std::min(deadline_ns, in(kStopTime)));
  if (stopped || stopped.error().kind() != Kind::timeout) return stopped;
  // An empty scope ends by itself, and systemd 252 at times owes the answer to a call that came meanwhile.
  for (const Directory& directory : saved_.directories)
    if (root_.open_file(directory.path, O_PATH | O_DIRECTORY)) return stopped;
  MASU_DEBUG(cat(stopped.error().message(), ", ignoring: its cgroup is gone"));
  return {};
}

}  // namespace masu::cgroups
