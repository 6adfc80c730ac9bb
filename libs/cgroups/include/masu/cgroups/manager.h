// SPDX-License-Identifier: Apache-2.0
//
// The cgroups of one container, in every hierarchy of the machine: v1, v2 and hybrid behind one value type.
//
//   plan ─▶ check ─▶ [caller stores saved()] ─▶ create ─▶ join ─▶ apply ─▶ … kill_all ─▶ remove
//
// Paths are chosen without effect, so that the caller can write them down before the first directory is made;
// whatever happens after that, from_saved(…) finds everything again. remove() touches only the container's
// own directories.
//
// How to join matters more than anything else here: a process that writes a pid into cgroup.procs waits for
// an RCU grace period (10–30 ms, cgroup_threadgroup_rwsem); a single-threaded process that writes "0" into
// v1's `tasks` does not (kernel 5.5, "cgroup: Optimize single thread migration"), and CLONE_INTO_CGROUP does
// not either. So the container's first process is cloned into clone_fd() and joins the rest by itself, with a
// write of "0" to each of open_join().
#pragma once

#include "masu/base/error.h"
#include "masu/cgroups/layout.h"
#include "masu/cgroups/root.h"
#include "masu/cgroups/stats.h"
#include "masu/cgroups/unit.h"
#include "masu/cgroups/watch.h"
#include "masu/spec/config.h"
#include "masu/sys/fd.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace masu::cgroups {

/// What the container asks for.
struct PathRequest {
  std::string
      cgroups_path;  ///< linux.cgroupsPath: absolute is below each mount, relative below the caller's cgroup
  std::string id;    ///< names the cgroup when cgroups_path is empty
  /// The caller has no rights of its own: a hierarchy that refuses is left out, unless the config asks for
  /// it. Whoever runs in a user namespace has none, too.
  bool rootless = false;
  /// systemd makes the cgroups: cgroups_path is slice:prefix:name. A user's own systemd is asked for its
  /// cgroup.
  bool systemd = false;
  std::string subgroup = {};  ///< systemd on v2: a child of the unit's cgroup that the container gets instead
};

/// One directory of the container, as stored in its state.
struct Directory {
  std::string controllers;  ///< as in Hierarchy: "cpu,cpuacct", "name=systemd"; empty for v2
  std::string mount;        ///< absolute, of the hierarchy: "/sys/fs/cgroup/cpu,cpuacct"
  std::string path;         ///< absolute: "/sys/fs/cgroup/cpu,cpuacct/web"

  bool is_v2() const { return controllers.empty(); }
  bool has(std::string_view controller) const;
  /// The name of its mount below /sys/fs/cgroup, in a container too: "cpu,cpuacct", "systemd", "unified"; ""
  /// on v2.
  std::string mount_name(std::string_view root) const;
};

/// All that a later command needs to find the cgroups again.
struct Saved {
  LayoutKind kind = LayoutKind::none;
  std::string root;
  std::vector<Directory> directories;
  bool rootless = false;
  Unit unit = {};  ///< without a name: made without systemd
};

struct DevicePolicy;
class UndoLog;

enum class FreezerState { thawed, freezing, frozen };

class Manager {
 public:
  /// Chooses the paths; nothing is made or written. Errors: a path that is no cgroup path
  /// (Kind::invalid_spec).
  static Result<Manager> plan(const Layout& layout, const PathRequest& request);
  /// The manager of an existing container. Directories that are gone are no error.
  static Result<Manager> from_saved(Saved saved);

  const Saved& saved() const { return saved_; }
  const std::vector<Directory>& directories() const { return saved_.directories; }

  /// Refuses a cgroup of that name that holds processes ("container's cgroup is not empty") or is frozen
  /// (Kind::invalid_state). To be called before saved() is stored, since remove() kills what it finds.
  Result<> check() const;

  /// Makes the v2 directory alone, if the layout has one: all that must exist before a clone3 with
  /// clone_fd().
  Result<> create_unified();
  /// Makes what is missing in all hierarchies, parents included; cpuset's files are filled from the
  /// ancestors, v2's controllers are enabled on the way down. After a failure remove() takes back what was
  /// made. A rootless caller's hierarchies without permission are dropped from saved(), which is then to be
  /// stored anew.
  Result<> create();

  /// The v2 directory for clone_args.cgroup with CLONE_INTO_CGROUP, owned by the manager; -1 if there is
  /// none.
  Result<int> clone_fd();
  /// Files (O_WRONLY) that the container's process writes "0" to, once each, to join the hierarchies that
  /// CLONE_INTO_CGROUP does not reach. It must be single-threaded, and unshare its cgroup namespace only
  /// afterwards. With `into_cgroup` false (no CLONE_INTO_CGROUP was used) v2's cgroup.procs is among them.
  Result<std::vector<sys::Fd>> open_join(bool into_cgroup = true) const;
  /// Makes a child of the v2 directory, without controllers, that the container's processes are to manage,
  /// and opens the file to join it by. Kind::unsupported on other layouts: v1 cannot delegate safely
  /// (cgroups(7)).
  Result<sys::Fd> open_delegated(const std::string& name);
  /// Moves another process into all hierarchies, the slow way. ESRCH: it has ended.
  Result<> add(pid_t pid) const;

  /// What to say when clone3(2) into clone_fd() fails with `err`: why this cgroup takes no process.
  Error explain_clone(int err) const;
  /// The same container, but with the directories that this process of it is in now, if below: an init system
  /// in a container moves itself into child cgroups, and then its own takes no process any more on v2. ESRCH
  /// or ENOENT: the process has ended.
  Result<Manager> follow(pid_t pid) const;

  /// True if systemd makes the cgroups. The order is then: clone, start_unit, create, join, apply.
  bool has_unit() const { return !saved_.unit.name.empty(); }
  /// Starts the unit around a process that lives already, and returns when systemd has moved it there: a
  /// scope's process is then in its v2 cgroup, a slice's not (open_join tells). Errors: an annotation that is
  /// no property (Kind::invalid_spec), a unit of that name (Kind::exists), a bus that does not answer within
  /// 10 s or a job that does not end within 30 s (Kind::timeout).
  Result<> start_unit(pid_t pid, const spec::Resources& resources, const spec::Annotations& annotations);
  /// add(), or where the kernel does not let this user, through systemd.
  Result<> attach(pid_t pid) const;

  /// Opens (O_PATH) one directory, for a bind mount of it.
  Result<sys::Fd> open_directory(const Directory& directory) const;

  /// Sets the limits of linux.resources, devices included unless `devices` says otherwise; absent members
  /// leave the kernel's values alone. Errors carry the JSON path of the value; a controller that is not there
  /// is Kind::unsupported with a hint.
  enum class Devices { set, leave };
  Result<> apply(const spec::Resources& resources, Devices devices = Devices::set);
  /// The same for a container that runs: what is given changes, all or nothing. When the kernel refuses one
  /// value, those that were written before it get back what they were. A period without a quota keeps the
  /// present quota, memory+swap without a limit is counted above the present limit.
  Result<> update(const spec::Resources& resources, Devices devices = Devices::leave);

  /// Pids in the container's cgroup, with those of child cgroups if `recursive`, ascending. A cgroup that is
  /// gone has none.
  Result<std::vector<pid_t>> pids(bool recursive) const;
  /// Sends the signal to every process, child cgroups included; SIGKILL by cgroup.kill where the kernel has
  /// it. A frozen cgroup is thawed after SIGKILL, which v1 would keep pending. Does not wait.
  Result<> kill_all(int signal) const;
  /// Removes the container's directories and all below them, bottom-up. Processes that are still inside are
  /// killed and waited for. Idempotent. Kind::timeout names the directory and its processes when the deadline
  /// has passed.
  Result<> remove(std::chrono::steady_clock::time_point deadline) const;

  /// Thawed when there is no freezer, or no cgroup any more.
  Result<FreezerState> freezer_state() const;
  /// Writes the thawed state, on v1 to child cgroups too; does not wait. Nothing to do when there is no
  /// freezer.
  Result<> thaw() const;

  /// Stops all processes of the container, those of child cgroups too, and returns when they have stopped. At
  /// the deadline they run on: Kind::timeout. Kind::unsupported if there is no freezer, Kind::invalid_state
  /// if the cgroup is gone.
  Result<> freeze(std::chrono::steady_clock::time_point deadline) const;
  /// Takes freeze() back and returns when the container runs. Child cgroups that were frozen by themselves
  /// stay so. Kind::invalid_state if an ancestor is frozen, and keeps it from running.
  Result<> thaw(std::chrono::steady_clock::time_point deadline) const;

  /// What the container uses now. Kind::not_found when its cgroups are gone.
  Result<Stats> stats() const;
  /// Kind::unsupported if nothing tells: no memory controller.
  Result<OomWatch> watch_oom() const;
  /// A file that polls as POLLPRI whenever the pressure passes the threshold, as POLLERR when the cgroup is
  /// gone. v2's tree only, a hybrid layout's included; Kind::unsupported without one, or without PSI.
  Result<sys::Fd> watch_pressure(const PressureTrigger& trigger) const;

  /// How often the kernel's OOM killer took a process of this cgroup: turns an unexplained SIGKILL into a
  /// hint. 0 when nothing counts it.
  std::uint64_t oom_kills() const;
  /// After such a kill: the nearest cgroup above the container whose own limit has been reached, if the
  /// container's has not. Empty if it has, if none tells (the machine's memory ran out), and on v1.
  std::string oom_ancestor() const;

 private:
  Manager() = default;

  const Directory* find(std::string_view controller) const;
  const Directory* find_v2() const;
  static Result<Manager> plan_unit(const Layout& layout, const PathRequest& request);
  Result<> enter_subgroup(pid_t pid);
  Result<> set_unit_properties(const spec::Resources& resources, Devices devices) const;
  Result<> stop_unit(std::int64_t deadline_ns) const;
  Result<> remove_directories(std::int64_t deadline_ns) const;
  Result<> check_empty(const Directory& directory) const;
  Result<bool> make_path(const Directory& directory, const std::string& path);
  Result<> make(std::size_t index);
  Result<> make_or_drop(std::size_t index);
  Result<> check_memory(const spec::Memory& memory) const;
  Result<> apply_settings(const spec::Resources& resources, UndoLog* undo);
  Result<spec::Resources> completed(spec::Resources resources) const;
  Result<bool> offers(const Directory& directory, std::string_view controller) const;
  Result<> apply_devices(const std::vector<spec::DeviceRule>& rules);
  Result<> write_device_list(const std::string& path, const DevicePolicy& policy, bool fresh) const;

  Saved saved_;
  Root root_;
  bool path_given_ = false;
  bool unit_planned_ = false;  // and not made yet
  std::string denied_;         // why a hierarchy was left out for a rootless caller
  sys::Fd unified_;            // the v2 directory, once clone_fd() was called
  std::vector<bool> fresh_;    // made by this process: its files have the kernel's initial values
};

}  // namespace masu::cgroups
