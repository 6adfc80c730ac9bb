// SPDX-License-Identifier: Apache-2.0
//
// The messages of containerd's task service and of its events, as far as they mean something to us. Fields
// and their numbers are those of containerd's runtime/v2/task/shim.proto (the same in api/runtime/task/v3),
// api/events/task.proto, api/services/ttrpc/events/v1/events.proto and runtime/v2/runc/options/oci.proto.
#pragma once

#include "masu/base/error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace masu::containerd {

/// google.protobuf.Any: a message of the type that is named.
struct Any {
  std::string type;
  std::string value;
};
Result<Any> parse_any(std::string_view bytes);
std::string encode(const Any& any);

/// CLOCK_REALTIME in ns; 0: never.
using Time = std::int64_t;

/// containerd.types.Mount.
struct Mount {
  std::string type;
  std::string source;
  std::vector<std::string> options;
  std::string bytes;  ///< as it came, for the event
};

/// Paths of FIFOs, URIs of files or of programs that log; empty: none.
struct StdioPaths {
  std::string in, out, err;
  bool terminal = false;
};

struct CreateRequest {
  std::string id;
  std::string bundle;
  std::vector<Mount> rootfs;
  StdioPaths stdio;
  std::string checkpoint;
  std::string parent_checkpoint;
  Any options;
};
Result<CreateRequest> parse_create(std::string_view bytes);

/// What most methods take: a process of a container, its first one if exec_id is empty.
struct ProcessRequest {
  std::string id;
  std::string exec_id;
};
Result<ProcessRequest> parse_process_request(std::string_view bytes);

struct ExecRequest {
  std::string id;
  std::string exec_id;
  StdioPaths stdio;
  Any spec;  ///< the process object of runtime-spec in JSON
};
Result<ExecRequest> parse_exec(std::string_view bytes);

struct ResizeRequest {
  ProcessRequest process;
  std::uint16_t width = 0, height = 0;
};
Result<ResizeRequest> parse_resize(std::string_view bytes);

struct KillRequest {
  ProcessRequest process;
  int signal = 0;
  bool all = false;
};
Result<KillRequest> parse_kill(std::string_view bytes);

struct CheckpointRequest {
  std::string id;
  std::string path;
  Any options;
};
Result<CheckpointRequest> parse_checkpoint(std::string_view bytes);

struct UpdateRequest {
  std::string id;
  Any resources;  ///< linux.resources of runtime-spec in JSON
};
Result<UpdateRequest> parse_update(std::string_view bytes);

/// containerd.runc.v1.Options, the members that mean something without a runtime's program.
struct RuntimeOptions {
  bool no_pivot_root = false;
  bool no_new_keyring = false;
  std::string shim_cgroup;
  uid_t io_uid = 0;
  gid_t io_gid = 0;
  std::string root;
  std::string criu_path;
  bool systemd_cgroup = false;
  std::string criu_image_path;
  std::string criu_work_path;
};
/// Without a type: what is the default. Kind::unsupported for options of another runtime.
Result<RuntimeOptions> parse_runtime_options(const Any& any);

/// containerd.runc.v1.CheckpointOptions.
struct CheckpointOptions {
  bool exit = false;
  bool open_tcp = false;
  bool external_unix_sockets = false;
  bool terminal = false;
  bool file_locks = false;
  std::vector<std::string> empty_namespaces;
  std::string cgroups_mode;
  std::string image_path;
  std::string work_path;
};
Result<CheckpointOptions> parse_checkpoint_options(const Any& any);

// ---- answers

enum class Status : unsigned { unknown = 0, created = 1, running = 2, stopped = 3, paused = 4 };

struct StateAnswer {
  std::string id;  ///< of the container, or of the exec'd process
  std::string bundle;
  pid_t pid = 0;
  Status status = Status::unknown;
  StdioPaths stdio;
  unsigned exit_status = 0;
  Time exited_at = 0;
  std::string exec_id;
};
std::string encode(const StateAnswer& answer);

/// Of Create and of Start.
std::string encode_pid(pid_t pid);
std::string encode_wait(unsigned exit_status, Time exited_at);
std::string encode_delete(pid_t pid, unsigned exit_status, Time exited_at);
std::string encode_connect(pid_t shim, pid_t task, std::string_view version);
std::string encode_stats(const Any& metrics);

struct ProcessInfo {
  pid_t pid = 0;
  std::string exec_id;  ///< empty: it was not exec'd by a client
};
std::string encode(const std::vector<ProcessInfo>& processes);

// ---- events

/// An event with the topic that it is published under.
struct Event {
  std::string topic;
  Any message;
};
Event create_event(const CreateRequest& request, pid_t pid);
Event start_event(std::string_view id, pid_t pid);
Event exec_added_event(std::string_view id, std::string_view exec_id);
Event exec_started_event(std::string_view id, std::string_view exec_id, pid_t pid);
/// `process` is the container's own id for its first process.
Event exit_event(std::string_view id, std::string_view process, pid_t pid, unsigned status, Time at);
Event delete_event(std::string_view id, pid_t pid, unsigned status, Time at);
Event oom_event(std::string_view id);
Event paused_event(std::string_view id);
Event resumed_event(std::string_view id);
Event checkpointed_event(std::string_view id, std::string_view path);

/// containerd.services.events.ttrpc.v1.ForwardRequest.
std::string encode_forward(const Event& event, std::string_view name_space, Time at);

}  // namespace masu::containerd
