// SPDX-License-Identifier: Apache-2.0
//
// The messages of CRIU's remote procedure calls: what it is asked for, and what it answers. Fields and their
// numbers are those of CRIU's images/rpc.proto (protobuf, proto2); https://criu.org/RPC.
#pragma once

#include "masu/base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace masu::criu {

/// What is asked for, or answered.
enum class Action : unsigned {
  dump = 1,
  restore = 2,
  pre_dump = 4,
  notify = 6,
  feature_check = 9,
  version = 10
};
/// "dump", "restore" …, for messages.
std::string_view action_name(Action action);

/// How far CRIU looks after cgroups (criu(8), --manage-cgroups).
enum class CgroupMode : unsigned { ignore = 0, soft = 3, full = 4, strict = 5, standard = 6 };
/// How packets are kept away from connections meanwhile (criu(8), --network-lock).
enum class NetworkLock : unsigned { standard = 0, iptables = 1, nftables = 2, skip = 3 };

/// A file descriptor of CRIU's process that stands for something outside: "pipe:[1234]".
struct InheritedFd {
  std::string key;
  int fd = -1;
};
/// A namespace to be restored into.
struct JoinedNamespace {
  std::string type;  ///< "ipc"
  std::string path;
};
/// Where the cgroups of a hierarchy are restored.
struct CgroupRoot {
  std::string controllers;  ///< as in cgroups(7), /proc/pid/cgroup; empty: v2
  std::string path;         ///< below the hierarchy's mount
};
struct PageServer {
  std::string address;
  std::uint16_t port = 0;
};

/// criu_opts. Fds are the calling process's; what is empty, false or -1 is not sent.
struct Options {
  int images_dir = -1;
  int work_dir = -1;     ///< for the log; -1: that of the images
  std::string log_file;  ///< a name in there
  int log_level = 4;     ///< all
  pid_t pid = 0;         ///< of the tree's root, to be dumped
  std::string root;
  bool leave_running = false;
  bool ext_unix_sockets = false;
  bool tcp_established = false;
  bool tcp_close = false;
  bool tcp_skip_in_flight = false;
  bool link_remap = false;
  bool evasive_devices = false;
  bool shell_job = false;
  bool file_locks = false;
  bool auto_dedup = false;
  bool lazy_pages = false;
  bool track_memory = false;
  bool orphan_pts_master = false;
  bool restore_sibling = false;  ///< the restored process becomes a child of CRIU's parent
  std::string parent_images;     ///< relative to the images
  std::optional<PageServer> page_server;
  std::optional<CgroupMode> cgroup_mode;
  std::vector<CgroupRoot> cgroup_roots;
  std::string freeze_cgroup;
  std::vector<InheritedFd> inherited;
  std::vector<std::string> external;   ///< criu(8), --external
  std::uint32_t empty_namespaces = 0;  ///< CLONE_NEW*
  std::vector<JoinedNamespace> joined;
  int status_fd = -1;
  std::string config_file;
  std::string lsm_profile;
  std::string lsm_mount_context;
  NetworkLock network_lock = NetworkLock::standard;
};

/// Of the kernel as CRIU finds it.
struct Features {
  bool memory_tracking = false;
  bool lazy_pages = false;
};

/// A request in bytes; `options` may be null.
std::string encode_request(Action action, const Options* options);
/// The question which of the features are there.
std::string encode_feature_check();
/// The answer to a notification, which CRIU waits for.
std::string encode_notified(bool success);

struct Version {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned sublevel = 0;

  auto operator<=>(const Version&) const = default;
};

/// criu_resp.
struct Response {
  Action action = Action::notify;
  bool success = false;
  int error_number = 0;    ///< cr_errno; 0: none was given
  std::string error_text;  ///< cr_errmsg
  std::string script;      ///< of a notification: "network-lock"
  pid_t script_pid = 0;
  pid_t restored_pid = 0;
  Version version;
  Features features;
};
/// Refuses what is no such message; fields that it does not know are ignored.
Result<Response> parse_response(std::string_view bytes);

}  // namespace masu::criu
