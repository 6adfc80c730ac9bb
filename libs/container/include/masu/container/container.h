// SPDX-License-Identifier: Apache-2.0
//
// Containers as a library: what the commands of masu-runtime do, without a command line. Each call takes a
// Context and leaves no state in the process; a container lives in the kernel and in <root>/<id>. Errors:
// Kind::not_found for an unknown id, Kind::exists for a taken one, Kind::invalid_state for a command that the
// container's status forbids, Kind::invalid_spec with the JSON path for a refused config.json.
// Source: runtime-spec runtime.md (lifecycle), and the command line that runc set as the standard.
#pragma once

#include "masu/base/error.h"
#include "masu/container/workload.h"
#include "masu/spec/config.h"
#include "masu/sys/process.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace masu::container {

/// Where containers are kept and how. `root` is absolute.
struct Context {
  std::string root;               ///< the state tree: <root>/<id>/state.json
  bool systemd_cgroup = false;    ///< --systemd-cgroup: cgroupsPath is slice:prefix:name
  bool cgroups_disabled = false;  ///< --cgroup-manager disabled: no cgroup is made, joined or read
  /// The calling program has a life of its own: threads, handlers of signals, fds that are not O_CLOEXEC.
  /// Nothing of it is changed, and the container gets of its fds only those that are given.
  bool embedded = false;
  /// NOTIFY_SOCKET of the caller (sd_notify(3)): create() gives the container such a socket, and start() and
  /// run() return when it has said that it is ready. Empty: none.
  std::string notify_socket;
  FindWorkload find_workload;  ///< empty: containers with WebAssembly are refused
  bool wasm_only = false;      ///< all containers hold it, whatever their annotations say
  std::string trace_file;      ///< --trace: Chrome trace events of this call are written here; empty: none
  std::int64_t started_ns =
      0;  ///< CLOCK_REALTIME of the command's first instruction, for the trace; 0: unknown
};

enum class Status { creating, created, running, paused, stopped };
/// "creating", "created" …: as `state` prints it.
std::string_view status_name(Status status);

/// What `state` and `list` print of a container.
struct State {
  std::string oci_version;
  std::string id;
  Status status = Status::stopped;
  pid_t pid = 0;  ///< init's pid in the runtime's pid namespace; 0 when stopped
  std::string bundle;
  std::string rootfs;
  std::string created;  ///< RFC 3339
  std::uint32_t owner_uid = 0;
  spec::Annotations annotations;
};

struct CreateOptions {
  std::string id;
  std::string bundle;          ///< absolute
  std::string config;          ///< --config: another file than <bundle>/config.json; empty: that one
  std::string console_socket;  ///< unix socket that gets the pty's master (SCM_RIGHTS)
  std::string pidfd_socket;    ///< unix socket that gets init's pidfd
  std::string pid_file;        ///< absolute
  bool no_pivot = false;
  bool no_new_keyring = false;
  unsigned listen_fds = 0;    ///< LISTEN_FDS of the caller's environment (sd_listen_fds(3)): fds 3 … 3+N-1
  unsigned preserve_fds = 0;  ///< as many fds after those reach the payload too
  std::array<int, 3> stdio{0, 1,
                           2};  ///< the payload's, of a caller that is `embedded`; they remain the caller's
  bool detached = true;  ///< nobody stays to relay a terminal; run() in the foreground sets it to false
};

struct RunOptions {
  bool detach = false;
  bool keep = false;          ///< do not delete when the container ends
  bool no_subreaper = false;  ///< foreground: do not adopt orphans
};

struct ExecOptions {
  std::string process_file;  ///< --process: a full `process` object; the fields below are then ignored
  std::string process_text;  ///< the same object as a text
  std::vector<std::string> args;
  std::vector<std::string> env;  ///< added to the container's
  std::string cwd;               ///< empty: the container's
  std::string user;              ///< UID[:GID], strictly parsed
  std::vector<std::uint32_t> additional_gids;
  std::vector<std::string>
      capabilities;  ///< added to bounding, effective and permitted; ambient if inheritable allows
  std::optional<bool> tty;
  bool no_new_privileges = false;
  std::string apparmor_profile;
  std::string process_label;
  std::vector<std::string> cgroups;  ///< --cgroup: [controller,…:]path below the container's cgroup
  std::string console_socket;
  std::string pidfd_socket;
  std::string pid_file;
  unsigned preserve_fds = 0;
  std::array<int, 3> stdio{0, 1, 2};  ///< as of CreateOptions
  bool detach = false;
  bool ignore_paused = false;
};

/// A new process, which is a child of the caller's and to be reaped by it, or once that has ended by whoever
/// adopts it.
struct Launched {
  sys::Process process;
  sys::Fd
      console;  ///< the master of its terminal, if it has one and there was no console socket to send that to
};

/// Makes the container up to the point where `start` runs its program.
Result<Launched> create(const Context& context, const CreateOptions& options);
/// Runs the program of a created container; returns when it has been executed, or has failed to be.
Result<> start(const Context& context, const std::string& id);
/// create + start, and in the foreground wait and delete. Yields the program's exit code, 128+N after signal
/// N.
Result<int> run(const Context& context, const CreateOptions& create, const RunOptions& run);
Result<int> exec(const Context& context, const std::string& id, const ExecOptions& options);
/// One more process in the container, which is left to the caller once its program has been executed.
Result<Launched> spawn(const Context& context, const std::string& id, const ExecOptions& options);

/// The first process of a container, or nothing if it has ended.
Result<std::optional<sys::Process>> find_init(const Context& context, const std::string& id);
Result<State> state(const Context& context, const std::string& id);
/// All containers, by id. Unreadable entries are skipped, and named in `skipped` if it is not null.
Result<std::vector<State>> list(const Context& context, std::vector<Error>* skipped);
/// Host pids of all processes of the container, its child cgroups included.
Result<std::vector<pid_t>> processes(const Context& context, const std::string& id);

/// Stops all processes of a created or running container where they are, and returns when they stand still.
Result<> pause(const Context& context, const std::string& id);
/// Lets a paused container go on.
Result<> resume(const Context& context, const std::string& id);
/// Changes the limits that are given, all or none of them; rules for devices are left alone. Also of a paused
/// container, which stays so. Later commands see the new limits. Of `shares` l3_cache_schema and
/// mem_bw_schema count.
Result<> update(const Context& context, const std::string& id, spec::Resources changes,
                const spec::IntelRdt& shares = {});

/// Mounts these into a running container, all of them or none. Sources are the caller's; "cgroup" and
/// "remount" are not for this.
Result<> add_mounts(const Context& context, const std::string& id, const std::vector<spec::Mount>& mounts);
/// Unmounts what is at the destinations, the last one first.
Result<> remove_mounts(const Context& context, const std::string& id, const std::vector<spec::Mount>& mounts);

/// Sends `signal`; with `all`, or for SIGKILL where init shares its pid namespace, to every process of the
/// container.
Result<> kill(const Context& context, const std::string& id, int signal, bool all);
/// Removes a stopped (or created) container; with `force` also a running one, and an unknown one is no error.
Result<> remove(const Context& context, const std::string& id, bool force);

}  // namespace masu::container
