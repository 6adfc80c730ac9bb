// SPDX-License-Identifier: Apache-2.0
//
// The Plan: everything the container's first process will do, computed by the parent while there is no child
// yet. Building it is pure (plan_build.cc): config.json and facts about the host in, a Plan or an error out,
// no effect. The child (child_*.cc) only reads it; errors that it reports name a step and an index here, and
// the parent finds the words.
#pragma once

#include "masu/base/error.h"
#include "masu/container/mount_options.h"
#include "masu/container/workload.h"
#include "masu/seccomp/compile.h"
#include "masu/spec/config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace masu::container {

/// An idmapped mount: what the file system's ids look like on it (mount_setattr(2), runtime-spec config.md).
struct IdMapPlan {
  std::vector<spec::IdMapping> uids;  ///< container_id: of the file system; host_id: on the mount
  std::vector<spec::IdMapping> gids;
  bool of_container = false;  ///< no map of its own: that of the container's user namespace
  bool recursive = false;
};

struct MountPlan {
  enum class Kind { file_system, bind, cgroup, remount };
  Kind kind = Kind::file_system;
  std::string type;
  std::string source;       ///< absolute for a bind
  std::string destination;  ///< without leading slash, below the root; "" is the root itself
  MountOptions options;
  std::vector<const char*> file_system_options;  ///< of options.file_system, for fsconfig(2)
  std::string data;                              ///< the same for mount(2)
  bool simple = false;                           ///< mount(2) can make all of it
  bool late_read_only = false;  ///< a tmpfs or /dev: read-only only after everything in it has been made
  bool real_directory = false;  ///< proc, sysfs: no symbolic link may redirect it (CVE-2019-19921)
  bool in_proc = false;         ///< on or below /proc, and allowed there
  std::string host_view;    ///< what the host has mounted of it, bound where a fresh one is refused; or empty
  std::string label;        ///< security.selinux of the mount's root, to be set on it; or empty
  bool mode_given = false;  ///< tmpfs: "mode=" is among the options
  std::optional<IdMapPlan> id_map;
  int source_fd = -1;  ///< a clone of the source made by the parent, for user namespaces; -1: none
  bool source_only_by_fd = false;  ///< the source's path is not to be looked up where the child is
};

struct DevicePlan {
  std::string directory;  ///< below the root, without leading slash: "dev/net"
  std::string name;       ///< "tun"
  std::string host_path;  ///< for the bind where mknod is forbidden
  mode_t mode = 0;        ///< type and permissions
  dev_t number = 0;
  uid_t uid = 0;
  gid_t gid = 0;
};

struct HookPlan {
  std::string path;
  std::vector<char*> argv;  ///< NULL-terminated, as is envp
  std::vector<char*> envp;
  bool inherit_environment = false;  ///< startContainer without "env": that of the process
  std::int64_t timeout_ns = -1;
  int stdout_fd = -1;  ///< -1: what it prints is only for the message of a failure
  int stderr_fd = -1;
};

struct SysctlPlan {
  std::string key;   ///< as in the config
  std::string path;  ///< "sys/net/ipv4/ip_forward", below procfs
  std::string value;
};

struct NamespaceJoin {
  std::uint64_t type = 0;  ///< CLONE_NEW*
  int fd = -1;             ///< opened by the parent
  std::string path;        ///< for messages
};

/// The hierarchies that a cgroup mount shows (v1 and hybrid), or none on pure v2.
struct CgroupView {
  std::string path;                ///< the container's directory on the host
  std::string name;                ///< of the directory below the mount: "cpu,cpuacct"
  std::vector<std::string> links;  ///< co-mounted controllers: "cpu", "cpuacct"
};

/// landlock(7): what is handled is denied, unless a rule allows it.
struct LandlockPath {
  std::string path;
  std::uint64_t access = 0;  ///< LANDLOCK_ACCESS_FS_*
};
struct LandlockPort {
  std::uint16_t port = 0;
  std::uint64_t access = 0;  ///< LANDLOCK_ACCESS_NET_*
};
struct LandlockPlan {
  std::uint64_t handled_files = 0;
  std::uint64_t handled_ports = 0;
  std::uint64_t scoped = 0;  ///< LANDLOCK_SCOPE_*
  std::vector<LandlockPath> paths;
  std::vector<LandlockPort> ports;
};

/// set_mempolicy(2).
struct MemoryPolicyPlan {
  int mode = 0;       ///< MPOL_* with MPOL_F_*
  std::string nodes;  ///< bit mask, whole longs
};

/// The identity of a process and what limits it: alike for a container's first process and for exec.
struct ProcessPlan {
  std::vector<char*> argv;
  std::vector<char*> envp;  ///< NULL-terminated; the slot `home` is filled by the child if it is not null
  char** home = nullptr;
  std::string cwd;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  bool set_groups = true;
  mode_t umask = 0022;
  spec::Capabilities capabilities;
  std::uint64_t last_capability = 40;
  bool no_new_privileges = false;
  std::string keyring;        ///< name of the session keyring; empty: keep the caller's
  std::string apparmor;       ///< for attr/apparmor/exec: "exec docker-default"; or empty
  std::string selinux_label;  ///< for attr/exec; or empty
  bool terminal = false;
  spec::Box console_size;
  std::vector<spec::Rlimit> rlimits;  ///< for the child to set; in a user namespace the parent has to
  std::string initial_cpus;  ///< bit mask, whole longs: before the process joins its cgroups; or empty
  std::string final_cpus;    ///< the same, from then on
  bool all_cpus = true;      ///< whatever CPUs the caller was bound to, the process gets its cgroup's
  std::optional<spec::Scheduler> scheduler;
  std::optional<spec::IoPriority> io_priority;
  std::optional<MemoryPolicyPlan> memory_policy;
  std::optional<std::uint32_t> personality;
  unsigned preserved_fds = 0;  ///< fds 3 … 3+N-1 stay open over exec
  std::optional<LandlockPlan> landlock;
  seccomp::Program seccomp;
  bool has_seccomp = false;
  const Workload* workload = nullptr;  ///< runs the program instead of the kernel
  bool dumpable = false;               ///< the process of a workload becomes so, as by an exec
  bool find_program = true;            ///< false: nothing will be executed
  std::vector<std::string>
      search;  ///< "$dir/$argv0" for each entry of PATH, or argv[0] alone if it has a slash
};

struct Plan {
  std::uint64_t clone_flags = 0;  ///< namespaces that clone3 makes
  std::uint64_t unshare_flags =
      0;  ///< those that the child makes by itself, while the parent makes the cgroups
  bool new_cgroup_namespace = false;  ///< after the child has joined its cgroups
  bool delegates_cgroup = false;      ///< and then, of what it joins, the last one
  std::vector<NamespaceJoin> joins;   ///< in the order of setns
  bool maps_ids = false;              ///< a new user namespace: wait until the parent has written the maps
  bool joins_user = false;  ///< an existing one: a helper joins all, and the child is cloned in them
  bool helper_joins =
      false;  ///< a helper joins all of `joins`, and the child is cloned in there: with a user namespace
  bool bring_up_loopback = false;
  bool mounts_namespace = false;  ///< a new mount namespace: only then there are mounts and a pivot
  std::string time_offsets;       ///< lines for /proc/self/timens_offsets

  std::string rootfs;  ///< absolute
  int rootfs_fd = -1;  ///< a clone of it made by the parent, for user namespaces; -1: none
  std::vector<MountPlan> mounts;
  std::vector<CgroupView> cgroups;
  bool cgroup_v2 = false;
  std::string cgroup_v2_path;  ///< the container's directory, for the bind where a fresh mount is refused
  bool bind_devices = false;   ///< user namespace: mknod is not allowed
  bool make_devices = true;    ///< false if /dev is a bind of the caller's
  std::vector<DevicePlan> devices;
  std::vector<SysctlPlan> sysctls;
  std::vector<std::string> masked_paths;    ///< without leading slash
  std::vector<std::string> readonly_paths;  ///< without leading slash
  bool root_read_only = false;
  unsigned long setup_propagation = 0;  ///< of the host's tree in our namespace, recursive
  unsigned long root_propagation = 0;   ///< of the finished root, with MS_REC; 0: as it is
  bool pivot = true;
  std::vector<std::string>
      hidden_mounts;  ///< without pivot: procfs and sysfs mounts of the host, deepest first
  std::string
      shared_parent;  ///< mount point that holds the root, if it has to be made private for pivot_root

  std::string hostname;
  std::string domainname;
  std::vector<HookPlan> create_container;
  std::vector<HookPlan> start_container;
  bool maps_mounts = false;    ///< some mount has an id map, which the parent has to set
  bool runtime_hooks = false;  ///< the parent has hooks to run, or devices to move, before the pivot

  ProcessPlan process;

  Plan() = default;
  Plan(const Plan&) = delete;  // argv and friends point into the config and into each other
  Plan& operator=(const Plan&) = delete;
  Plan(Plan&&) = default;
  Plan& operator=(Plan&&) = default;
};

/// One more process in a running container.
struct ExecPlan {
  int init_pidfd = -1;
  std::uint64_t namespaces = 0;   ///< CLONE_NEW* to join by init's pidfd
  bool joins_user = false;        ///< among them a user namespace that is not ours
  int root = -1;                  ///< init's root, if it has no mount namespace of its own
  std::vector<int> cgroup_files;  ///< to write "0" to
};

/// Mounts of a running container, to be added or removed.
struct LiveMountsPlan {
  bool add = true;
  int init_pidfd = -1;
  std::uint64_t namespaces = 0;  ///< CLONE_NEW* to join by init's pidfd, once the sources are open
  bool joins_user = false;       ///< the process is born into a user namespace that is not ours
  Plan* container = nullptr;     ///< its mounts are those to add or remove
};

/// What the builder has to know about the machine; filled by host_facts() for real use, by hand in tests.
struct HostFacts {
  std::uint64_t last_capability = 40;
  bool privileged = true;  ///< euid 0 in the initial user namespace
};
HostFacts read_host_facts();

struct PlanRequest {
  const spec::Config* config = nullptr;  ///< outlives the plan, which points into it
  std::string bundle;
  std::string id;
  bool no_pivot = false;
  std::string keyring;
  unsigned preserved_fds = 0;
  std::vector<CgroupView> cgroups;
  bool cgroup_v2 = false;
  std::string cgroup_v2_path;
};

/// The id map that a mount asks for, by its options or its own maps.
Result<std::optional<IdMapPlan>> plan_id_map(const spec::Mount& mount, const MountOptions& options,
                                             const spec::Linux& container);

Result<Plan> build_plan(const PlanRequest& request, const HostFacts& facts);

/// The part that exec shares: `process` outlives the result. Of `linux` it takes what holds for every
/// process.
Result<ProcessPlan> build_process_plan(const spec::Process& process, const spec::Linux& linux_,
                                       const HostFacts& facts);

/// For the hooks that the parent runs.
HookPlan build_hook_plan(const spec::Hook& hook);

/// One line a decision, for golden tests and the debug log.
std::string describe(const Plan& plan);

}  // namespace masu::container
