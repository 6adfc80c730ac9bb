// SPDX-License-Identifier: Apache-2.0
//
// A container as it was asked for: container.json in its folder, written once. What has become of it is asked
// of its shim, or read from the record of its end.
#pragma once

#include "masu/base/error.h"
#include "masu/manager/place.h"
#include "masu/network/setup.h"
#include "masu/store/store.h"
#include "masu/sys/id_maps.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace masu::manager {

struct Mount {
  std::string type;    ///< "bind", "volume", "image", "tmpfs", "ramfs", "devpts"
  std::string source;  ///< a path, the name of a volume, of an image
  std::string destination;
  std::vector<std::string> options;  ///< as the runtime takes them
  std::string subpath;               ///< of a volume or an image: only what is there
  bool overlay = false;              ///< what is written does not reach the source
  bool chown = false;                ///< all in it is given to the container's user
  bool no_copy = false;              ///< of a volume: it is not filled from the image
  // Until the container is on record:
  bool no_create = false;                                            ///< the volume must be there
  std::map<std::string, std::string> volume_options, volume_labels;  ///< of a volume that is made for it
  // Of an image:
  std::string manifest;
  std::vector<std::string> layers;  ///< diff ids, lowest first
};

struct Ulimit {
  std::string name;  ///< "RLIMIT_NOFILE"
  std::uint64_t soft = 0, hard = 0;
};

inline constexpr std::string_view kSecretsInside = "/run/secrets";

/// A secret that the container has a copy of.
struct SecretUse {
  std::string id, name;
  std::string target;  ///< a path in the container, or the name of a variable
  std::uint32_t uid = 0, gid = 0, mode = 0;
  bool is_variable = false;
  std::string data;  ///< until the container is on record, of which it is no part
};

struct Request {
  std::string id, name;
  std::string image, image_id, manifest;
  std::string created;  ///< RFC 3339
  std::vector<std::string> args, env;
  std::string cwd, user, hostname;
  std::map<std::string, std::string> labels, annotations;
  bool tty = false, interactive = false, remove = false;
  bool read_only = false, read_only_tmpfs = true, init = false, privileged = false, no_new_privileges = false;
  std::string network;  ///< "none", "host", "bridge", "pasta", "slirp4netns", "container:<id>", "ns:<path>"
  std::vector<network::Join> joins;  ///< of "bridge"
  std::vector<network::Port> ports;
  std::vector<std::string> exposed;  ///< "80/tcp": what the image and --expose name
  std::vector<Mount> mounts;
  std::vector<Ulimit> ulimits;
  std::vector<std::string> cap_add, cap_drop, groups;
  std::string seccomp;  ///< empty: the default profile; "unconfined"; or the path of a profile
  std::int64_t memory = 0, memory_swap = 0, pids_limit = 0;  ///< 0: not asked for; -1: none
  std::int64_t cpu_quota = 0;  ///< microseconds of cpu_period, 100 ms by default
  std::uint64_t cpu_shares = 0;
  std::string cpuset_cpus;
  std::uint64_t shm_size = std::uint64_t{64} << 20;
  std::optional<int> oom_score_adj;
  std::map<std::string, std::string> sysctls;
  std::vector<std::string> extra_hosts;  ///< "name:address"
  std::vector<std::string> dns, dns_search, dns_options;
  bool no_hosts = false;  ///< /etc/hosts is the image's
  std::string restart, stop_signal;
  std::int64_t stop_timeout = 10;   ///< seconds
  std::vector<std::string> layers;  ///< diff ids, lowest first
  std::string command;              ///< args as they are shown
  std::string rootfs;               ///< a folder of the host in the image's place
  bool rootfs_overlay = false;      ///< what is written does not reach it
  std::uint64_t timeout = 0;        ///< seconds after which it is killed; 0: never

  // Namespaces: empty is one of its own; "host", "container:ID", "ns:PATH"; of ipc also "none", "shareable".
  std::string pid_mode, ipc_mode, uts_mode, cgroup_mode;

  std::string userns;  ///< as asked for: "auto", "keep-id", "container:ID"; empty: the manager's own
  std::vector<sys::IdRange> uid_maps, gid_maps;  ///< of a user namespace of its own

  std::optional<std::uint32_t> umask;
  std::string timezone;                   ///< as in Europe/Berlin, or "local"
  std::string passwd_entry, group_entry;  ///< for a user without one; empty: as its ids are
  bool add_passwd = true;
  std::string init_path;    ///< with `init`: the program; empty: masu-init
  std::string personality;  ///< "LINUX32"

  std::string apparmor, proc_options;
  std::vector<std::string> selinux;  ///< "type:T", "level:L", "disable"
  std::vector<std::string> masked;   ///< paths besides the usual
  std::vector<std::string> shown;    ///< paths that are neither masked nor read-only; "ALL"
  std::vector<std::string> devices;  ///< "SRC:DST:rwm"
  std::vector<std::string> device_rules;

  std::int64_t memory_reservation = 0;
  std::optional<std::uint64_t> memory_swappiness;
  bool oom_kill_disable = false;
  std::uint64_t cpu_period = 0;  ///< microseconds
  std::int64_t cpu_rt_runtime = 0;
  std::uint64_t cpu_rt_period = 0;
  std::string cpuset_mems;
  std::uint64_t blkio_weight = 0;
  /// By the path of the device.
  std::map<std::string, std::uint64_t> blkio_weights, read_bps, write_bps, read_iops, write_iops;
  std::map<std::string, std::string> cgroup_conf;  ///< files of cgroup v2
  std::string cgroup_parent;
  bool cgroups = true;
  bool host_ulimits = false;

  std::vector<std::string> health_test;  ///< {"CMD-SHELL", text}, {"CMD", word…}; empty: none
  std::string health_interval, health_timeout, health_start_period, health_start_interval;  ///< "30s"
  std::string health_on_failure;
  std::uint64_t health_retries = 0;
  std::string log_driver, log_path, log_max_size;
  std::uint64_t log_max_files = 0;
  std::string log_tag;                            ///< of journald: a template, see log_tag()
  std::vector<std::string> startup_test;          ///< as health_test; empty: none
  std::string startup_interval, startup_timeout;  ///< "30s"
  std::uint64_t startup_retries = 0, startup_success = 0;
  std::string pid_file;
  std::vector<SecretUse> secrets;
};

std::string to_json(const Request& request);
Result<Request> parse_request(std::string_view text);

/// Takes a free id and the name (one is found if `name` is empty) and writes the container's folder.
/// Kind::exists for a name in use.
Result<Request> create(const Place& place, Request request);

/// Gives it another name, by which it is found at once. Kind::exists for a name in use.
Result<Request> rename(const Place& place, const Request& request, const std::string& name);
/// Writes the record of a container anew, in one step. The caller holds the container's lock.
Result<> replace_record(const Place& place, const Request& request);

/// By id, the beginning of one, or name.
Result<Request> find(const Place& place, std::string_view text);
Result<Request> load(const Place& place, const std::string& id);
/// All, oldest first; those that are being made or removed are left out.
Result<std::vector<Request>> list(const Place& place);

/// "NAME=VALUE" in the place of what the variable was.
void set_variable(std::vector<std::string>& env, std::string_view entry);

/// Letters, digits, "_", "." and "-", not at its beginning.
Result<> check_name(std::string_view name);

/// Held by whoever starts, ends or removes the container. Kind::not_found if it is gone.
Result<store::Lock> lock(const Place& place, const std::string& id);

}  // namespace masu::manager
