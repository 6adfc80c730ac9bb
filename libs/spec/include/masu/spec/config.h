// SPDX-License-Identifier: Apache-2.0
//
// config.json of the OCI runtime-spec 1.3 as plain structs: the names are the spec's in snake_case, an absent
// member is an empty optional, string or vector. Values are checked by parse (parse.h); the structs
// themselves promise nothing. Source: github.com/opencontainers/runtime-spec, config.md and config-linux.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace masu::spec {

/// The version of the spec that this build reads whole.
inline constexpr char kOciVersion[] = "1.3.0";

using Annotations = std::map<std::string, std::string>;

struct Box {
  std::uint16_t height = 0;  ///< rows
  std::uint16_t width = 0;   ///< columns
  bool operator==(const Box&) const = default;
};

struct User {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::optional<std::uint32_t> umask;
  std::vector<std::uint32_t> additional_gids;
  bool operator==(const User&) const = default;
};

/// Sets of capabilities, a bit a capability (bit 21 is CAP_SYS_ADMIN).
struct Capabilities {
  std::uint64_t bounding = 0;
  std::uint64_t effective = 0;
  std::uint64_t inheritable = 0;
  std::uint64_t permitted = 0;
  std::uint64_t ambient = 0;
  /// Names that this kernel or build does not know: reported as a warning, otherwise ignored (config.md).
  std::vector<std::string> unknown;
  bool operator==(const Capabilities&) const = default;
};

struct Rlimit {
  int resource = 0;  ///< RLIMIT_*
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
  bool operator==(const Rlimit&) const = default;
};

struct Scheduler {
  int policy = 0;  ///< SCHED_*
  std::int32_t nice = 0;
  std::int32_t priority = 0;
  std::uint64_t flags = 0;     ///< SCHED_FLAG_*
  std::uint64_t runtime = 0;   ///< nanoseconds
  std::uint64_t deadline = 0;  ///< nanoseconds
  std::uint64_t period = 0;    ///< nanoseconds
  bool operator==(const Scheduler&) const = default;
};

struct IoPriority {
  int class_ = 0;  ///< IOPRIO_CLASS_*
  int priority = 0;
  bool operator==(const IoPriority&) const = default;
};

struct ExecCpuAffinity {
  std::string initial;  ///< CPU list, as in cpuset(7)
  std::string final;
  bool operator==(const ExecCpuAffinity&) const = default;
};

struct Process {
  bool terminal = false;
  std::optional<Box> console_size;
  User user;
  std::vector<std::string> args;
  std::vector<std::string> env;
  std::string cwd;
  std::optional<Capabilities> capabilities;
  std::vector<Rlimit> rlimits;
  bool no_new_privileges = false;
  std::string apparmor_profile;
  std::string selinux_label;
  std::optional<std::int32_t> oom_score_adj;
  std::optional<Scheduler> scheduler;
  std::optional<IoPriority> io_priority;
  std::optional<ExecCpuAffinity> exec_cpu_affinity;
  bool operator==(const Process&) const = default;
};

struct Root {
  std::string path;
  bool readonly = false;
  bool operator==(const Root&) const = default;
};

struct IdMapping {
  std::uint32_t container_id = 0;
  std::uint32_t host_id = 0;
  std::uint32_t size = 0;
  bool operator==(const IdMapping&) const = default;
};

struct Mount {
  std::string destination;
  std::string type;
  std::string source;
  std::vector<std::string> options;
  std::vector<IdMapping> uid_mappings;
  std::vector<IdMapping> gid_mappings;
  bool operator==(const Mount&) const = default;
};

struct Hook {
  std::string path;
  std::vector<std::string> args;
  std::vector<std::string> env;
  bool env_given = false;               ///< "env" was present, be it empty (contract 3.3)
  std::optional<std::int64_t> timeout;  ///< seconds, > 0
  bool operator==(const Hook&) const = default;
};

struct Hooks {
  std::vector<Hook> prestart;
  std::vector<Hook> create_runtime;
  std::vector<Hook> create_container;
  std::vector<Hook> start_container;
  std::vector<Hook> poststart;
  std::vector<Hook> poststop;
  bool operator==(const Hooks&) const = default;
};

/// A kind of namespace by its clone flag (CLONE_NEWPID …); `path` empty means a new one.
struct Namespace {
  std::uint64_t type = 0;
  std::string path;
  bool operator==(const Namespace&) const = default;
};

struct TimeOffset {
  std::int64_t secs = 0;
  std::uint32_t nanosecs = 0;
  bool operator==(const TimeOffset&) const = default;
};

struct Device {
  char type = 'c';  ///< 'c', 'b' or 'p' ("u" is read as 'c')
  std::string path;
  std::int64_t major = 0;
  std::int64_t minor = 0;
  std::optional<std::uint32_t> file_mode;
  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
  bool operator==(const Device&) const = default;
};

struct NetDevice {
  std::string name;  ///< name in the container; empty keeps the host's
  bool operator==(const NetDevice&) const = default;
};

struct DeviceRule {
  bool allow = false;
  char type = 'a';                    ///< 'a', 'c' or 'b'
  std::optional<std::int64_t> major;  ///< absent: any
  std::optional<std::int64_t> minor;
  bool read = false;
  bool write = false;
  bool mknod = false;
  bool operator==(const DeviceRule&) const = default;
};

struct Memory {
  std::optional<std::int64_t> limit;  ///< bytes, -1 unlimited, as all of them
  std::optional<std::int64_t> reservation;
  std::optional<std::int64_t> swap;
  std::optional<std::int64_t> kernel;
  std::optional<std::int64_t> kernel_tcp;
  std::optional<std::uint64_t> swappiness;
  std::optional<bool> disable_oom_killer;
  std::optional<bool> use_hierarchy;
  std::optional<bool> check_before_update;
  bool operator==(const Memory&) const = default;
};

struct Cpu {
  std::optional<std::uint64_t> shares;
  std::optional<std::int64_t> quota;  ///< microseconds, ≤ 0 unlimited
  std::optional<std::uint64_t> burst;
  std::optional<std::uint64_t> period;
  std::optional<std::int64_t> realtime_runtime;
  std::optional<std::uint64_t> realtime_period;
  std::string cpus;
  std::string mems;
  std::optional<std::int64_t> idle;
  bool operator==(const Cpu&) const = default;
};

struct WeightDevice {
  std::int64_t major = 0;
  std::int64_t minor = 0;
  std::optional<std::uint16_t> weight;
  std::optional<std::uint16_t> leaf_weight;
  bool operator==(const WeightDevice&) const = default;
};

struct ThrottleDevice {
  std::int64_t major = 0;
  std::int64_t minor = 0;
  std::uint64_t rate = 0;
  bool operator==(const ThrottleDevice&) const = default;
};

struct BlockIo {
  std::optional<std::uint16_t> weight;
  std::optional<std::uint16_t> leaf_weight;
  std::vector<WeightDevice> weight_device;
  std::vector<ThrottleDevice> throttle_read_bps_device;
  std::vector<ThrottleDevice> throttle_write_bps_device;
  std::vector<ThrottleDevice> throttle_read_iops_device;
  std::vector<ThrottleDevice> throttle_write_iops_device;
  bool operator==(const BlockIo&) const = default;
};

struct HugepageLimit {
  std::string page_size;  ///< "2MB"
  std::uint64_t limit = 0;
  bool operator==(const HugepageLimit&) const = default;
};

struct InterfacePriority {
  std::string name;
  std::uint32_t priority = 0;
  bool operator==(const InterfacePriority&) const = default;
};

struct NetworkResources {
  std::optional<std::uint32_t> class_id;
  std::vector<InterfacePriority> priorities;
  bool operator==(const NetworkResources&) const = default;
};

struct Rdma {
  std::optional<std::uint32_t> hca_handles;
  std::optional<std::uint32_t> hca_objects;
  bool operator==(const Rdma&) const = default;
};

struct Resources {
  std::vector<DeviceRule> devices;
  std::optional<Memory> memory;
  std::optional<Cpu> cpu;
  std::optional<std::int64_t> pids_limit;
  std::optional<BlockIo> block_io;
  std::vector<HugepageLimit> hugepage_limits;
  std::optional<NetworkResources> network;
  std::map<std::string, Rdma> rdma;
  std::map<std::string, std::string> unified;
  bool operator==(const Resources&) const = default;
};

/// seccomp(2) actions with the spec's names; the value is SECCOMP_RET_* without its data.
struct SeccompAction {
  std::uint32_t ret = 0;

  bool operator==(const SeccompAction&) const = default;
};

enum class SeccompOp { ne, lt, le, eq, ge, gt, masked_eq };

struct SeccompArg {
  std::uint32_t index = 0;  ///< 0–5
  std::uint64_t value = 0;
  std::uint64_t value_two = 0;
  SeccompOp op = SeccompOp::eq;
  bool operator==(const SeccompArg&) const = default;
};

struct SeccompRule {
  std::vector<std::string> names;
  SeccompAction action;
  std::optional<std::uint32_t> errno_ret;
  std::vector<SeccompArg> args;
  bool operator==(const SeccompRule&) const = default;
};

struct Seccomp {
  SeccompAction default_action;
  std::optional<std::uint32_t> default_errno_ret;
  std::vector<std::uint32_t> architectures;  ///< AUDIT_ARCH_*, x32 as kArchX32; empty: native
  std::optional<std::vector<std::string>>
      flags;  ///< SECCOMP_FILTER_FLAG_*; absent and empty differ (contract 3.9)
  std::string listener_path;
  std::string listener_metadata;
  std::vector<SeccompRule> syscalls;
  bool operator==(const Seccomp&) const = default;
};

struct IntelRdt {
  std::string clos_id;
  std::vector<std::string> schemata;
  std::string l3_cache_schema;
  std::string mem_bw_schema;
  bool enable_monitoring = false;
  bool operator==(const IntelRdt&) const = default;
};

struct MemoryPolicy {
  int mode = 0;             ///< MPOL_*
  std::string nodes;        ///< node list
  std::uint32_t flags = 0;  ///< MPOL_F_*
  bool operator==(const MemoryPolicy&) const = default;
};

struct Personality {
  std::uint32_t domain = 0;  ///< PER_LINUX or PER_LINUX32
  std::vector<std::string> flags;
  bool operator==(const Personality&) const = default;
};

struct Linux {
  std::vector<Namespace> namespaces;
  std::vector<IdMapping> uid_mappings;
  std::vector<IdMapping> gid_mappings;
  std::map<std::string, TimeOffset> time_offsets;  ///< "monotonic", "boottime"
  std::vector<Device> devices;
  std::map<std::string, NetDevice> net_devices;  ///< key: name on the host
  std::string cgroups_path;
  std::optional<Resources> resources;
  std::optional<IntelRdt> intel_rdt;
  std::optional<MemoryPolicy> memory_policy;
  std::map<std::string, std::string> sysctl;
  std::optional<Seccomp> seccomp;
  std::string rootfs_propagation;  ///< one of [r]{shared,slave,private,unbindable}, or empty
  std::vector<std::string> masked_paths;
  std::vector<std::string> readonly_paths;
  std::string mount_label;
  std::optional<Personality> personality;
  bool operator==(const Linux&) const = default;
};

struct Config {
  std::string oci_version;
  Root root;
  std::vector<Mount> mounts;
  std::optional<Process> process;
  std::string hostname;
  std::string domainname;
  Hooks hooks;
  Annotations annotations;
  Linux linux_;

  /// The namespace entry of this clone flag, or nullptr: the container shares the caller's.
  const Namespace* find_namespace(std::uint64_t type) const {
    for (const auto& entry : linux_.namespaces)
      if (entry.type == type) return &entry;
    return nullptr;
  }
  bool operator==(const Config&) const = default;
};

}  // namespace masu::spec
