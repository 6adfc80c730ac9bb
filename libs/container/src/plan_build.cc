// SPDX-License-Identifier: Apache-2.0
//
// config.json and facts about the host → Plan. No effect but reading: see plan.h.
#include "annotations.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/unit_properties.h"
#include "masu/spec/sysctl.h"
#include "masu/sys/fd.h"
#include "masu/sys/raw.h"
#include "plan.h"

#include <algorithm>
#include <cstring>

#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace masu::container {
namespace {

constexpr std::uint64_t kNewTime = 0x80;  // CLONE_NEWTIME: <sched.h> of older libcs lacks it

char* text(const std::string& string) { return const_cast<char*>(string.c_str()); }

// "/proc/sys/" → "proc/sys": below the root's fd there is no leading slash, and no name ends in one.
std::string relative(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

std::string at_index(std::string_view array, std::size_t index) { return cat(array, "[", index, "]"); }

// ---- namespaces
// ----------------------------------------------------------------------------------------------------

void plan_new_namespace(Plan& plan, std::uint64_t type) {
  switch (type) {
    case CLONE_NEWNET:
      // The costliest one, by far: the child makes it while the parent makes the cgroups.
      plan.unshare_flags |= CLONE_NEWNET;
      plan.bring_up_loopback = true;
      break;
    case CLONE_NEWCGROUP:
      plan.new_cgroup_namespace = true;
      break;
    case kNewTime:
      if (plan.time_offsets.empty()) plan.clone_flags |= kNewTime;
      break;
    default:
      plan.clone_flags |= type;
  }
}

void plan_namespaces(Plan& plan, const spec::Config& config, const HostFacts& facts) {
  for (const auto& [clock, offset] : config.linux_.time_offsets)
    plan.time_offsets += cat(clock, " ", offset.secs, " ", offset.nanosecs, "\n");
  for (const auto& entry : config.linux_.namespaces) {
    if (entry.path.empty())
      plan_new_namespace(plan, entry.type);
    else
      plan.joins.push_back({entry.type, -1, entry.path});
  }
  plan.maps_ids = (plan.clone_flags & CLONE_NEWUSER) != 0;
  plan.joins_user =
      std::ranges::any_of(plan.joins, [](const auto& join) { return join.type == CLONE_NEWUSER; });
  // A user namespace, joined or new, takes away our rights over the others: they have to be joined before.
  plan.helper_joins = plan.joins_user || (plan.maps_ids && !plan.joins.empty());
  // The message queues' file system belongs to whoever makes the ipc namespace: that is to be the mapped
  // root.
  if ((plan.maps_ids || plan.joins_user) && (plan.clone_flags & CLONE_NEWIPC) != 0) {
    plan.clone_flags &= ~std::uint64_t{CLONE_NEWIPC};
    plan.unshare_flags |= CLONE_NEWIPC;
  }
  plan.mounts_namespace = config.find_namespace(CLONE_NEWNS) != nullptr;
  // With privilege over all namespaces the user namespace is joined last, since it takes that privilege away;
  // without, it comes first, since it is what gives privilege over the others.
  const auto user = std::ranges::find(plan.joins, std::uint64_t{CLONE_NEWUSER}, &NamespaceJoin::type);
  if (user != plan.joins.end() && facts.privileged) std::rotate(user, user + 1, plan.joins.end());
  if (user != plan.joins.end() && !facts.privileged) std::rotate(plan.joins.begin(), user, user + 1);
}

// ---- mounts
// --------------------------------------------------------------------------------------------------------

bool is_on_procfs(const std::string& path) {
  auto fd = sys::open_at(AT_FDCWD, path.c_str(), O_PATH);
  long magic = 0;
  return fd && sys::raw::fs_magic(fd->get(), &magic) == 0 && magic == PROC_SUPER_MAGIC;
}

// Mounts on or below /proc could fake what security labels and masked paths rely on (CVE-2019-19921): procfs
// itself, and the files that lxcfs and the like provide.
bool may_be_in_proc(const MountPlan& mount) {
  constexpr std::string_view kAllowed[] = {
      "proc/cpuinfo",
      "proc/diskstats",
      "proc/loadavg",
      "proc/meminfo",
      "proc/slabinfo",
      "proc/stat",
      "proc/swaps",
      "proc/uptime",
      "proc/sys/kernel/ns_last_pid",
      "proc/sys/crypto/fips_enabled",
  };
  if (mount.destination == "proc") {
    if (mount.type == "proc" && mount.kind == MountPlan::Kind::file_system) return true;
    return mount.kind == MountPlan::Kind::bind && is_on_procfs(mount.source);
  }
  return std::ranges::find(kAllowed, mount.destination) != std::end(kAllowed) ||
         (mount.kind == MountPlan::Kind::bind && is_on_procfs(mount.source));
}

bool is_in_proc(std::string_view destination) {
  return destination == "proc" || destination.starts_with("proc/");
}

MountPlan::Kind kind_of(const MountPlan& mount) {
  if (mount.options.bind) return MountPlan::Kind::bind;
  if (mount.options.remount) return MountPlan::Kind::remount;
  if (mount.type == "cgroup" || mount.type == "cgroup2") return MountPlan::Kind::cgroup;
  return MountPlan::Kind::file_system;
}

// File systems of the kernel's own, where "ro" is a matter of the mount and never of the file system.
bool is_virtual(std::string_view type) {
  constexpr std::string_view kVirtual[] = {"tmpfs", "proc", "sysfs", "devpts", "mqueue", "ramfs"};
  return std::ranges::find(kVirtual, type) != std::end(kVirtual);
}

// mount(2) takes one string with commas, so an option of config.json may hold several; fsconfig(2) takes them
// one by one. A backslash keeps its comma (overlayfs), as quotes do (context="…,…").
std::vector<std::string> split_options(const std::vector<std::string>& options) {
  std::vector<std::string> parts;
  for (const auto& option : options) {
    std::string part;
    bool quoted = false;
    for (std::size_t i = 0; i < option.size(); ++i) {
      if (option[i] == '"') quoted = !quoted;
      const bool escaped = i > 0 && option[i - 1] == '\\';
      if (option[i] == ',' && !quoted && !escaped) {
        if (!part.empty()) parts.push_back(std::move(part));
        part.clear();
      } else {
        part += option[i];
      }
    }
    if (!part.empty()) parts.push_back(std::move(part));
  }
  return parts;
}

std::string destination_below_root(const spec::Mount& mount, const std::string& rootfs) {
  std::string_view destination = mount.destination;
  // A destination that names the root's place on the host means the same below the root (contract 3.6).
  if (rootfs != "/" && destination.starts_with(rootfs) &&
      (destination.size() == rootfs.size() || destination[rootfs.size()] == '/'))
    destination.remove_prefix(rootfs.size());
  // Without "." and "..", or "/x/../proc" would not be seen to be /proc.
  std::vector<std::string> names;
  for (auto name : text::split(destination, '/')) {
    if (name.empty() || name == ".") continue;
    if (name != "..")
      names.emplace_back(name);
    else if (!names.empty())
      names.pop_back();
  }
  return text::join(names, "/");
}

// linux.mountLabel: an option of the file system's, but for those that have none. A message queue's root is
// labelled when it is there (contract 3.6).
void label_mount(MountPlan& mount, const spec::Config& config) {
  const std::string& label = config.linux_.mount_label;
  if (label.empty() || mount.real_directory) return;
  if (mount.type == "mqueue") {
    mount.label = label;
    return;
  }
  const std::string kind = annotations::value(config.annotations, annotations::kMountContextType);
  mount.options.file_system.push_back(cat(kind.empty() ? "context" : kind, "=", label));
}

bool shares(const spec::Config& config, std::uint64_t type) {
  return std::ranges::none_of(config.linux_.namespaces, [&](const auto& ns) { return ns.type == type; });
}

// A user namespace may mount these afresh only where the namespace that they show is its own, and proc and
// sysfs only where nothing hides a part of them outside (mount_namespaces(7)). The host's own mount shows the
// same thing to a container that shares the namespace; sysfs also shows much that is the same in all of them.
std::string host_view(const MountPlan& mount, const spec::Config& config) {
  if (mount.type == "sysfs") return "/sys";
  if (mount.type == "proc" && shares(config, CLONE_NEWPID)) return "/proc";
  if (mount.type == "mqueue" && mount.label.empty() && shares(config, CLONE_NEWIPC)) return "/dev/mqueue";
  return {};
}

Result<MountPlan> plan_mount(const spec::Mount& mount, const PlanRequest& request,
                             const std::string& rootfs) {
  MountPlan planned;
  planned.type = mount.type;
  planned.destination = destination_below_root(mount, rootfs);
  planned.options = parse_mount_options(mount.options);
  planned.kind = kind_of(planned);
  planned.id_map = TRY(plan_id_map(mount, planned.options, request.config->linux_));
  planned.options.file_system = split_options(planned.options.file_system);
  planned.source = mount.source;
  if (planned.kind == MountPlan::Kind::bind) {
    if (mount.source.empty()) return fail(Error::spec("", "a bind mount needs a source"));
    // As with mount(8) and the peers: a bind cannot change them, the kernel would ignore them.
    std::erase_if(planned.options.file_system, is_file_system_flag);
    if (!planned.options.file_system.empty())
      return fail(Error::spec("", cat("bind mounts cannot have any filesystem-specific options applied: ",
                                      quote(planned.options.file_system.front()))));
    if (!mount.source.starts_with('/')) planned.source = cat(request.bundle, "/", mount.source);
  } else if (planned.source.empty()) {
    planned.source = mount.type.empty() ? "none" : mount.type;
  }
  if (planned.destination.empty() && planned.type != "tmpfs" && planned.kind != MountPlan::Kind::bind &&
      planned.kind != MountPlan::Kind::remount)
    return fail(Error::spec("", "a mount on the root itself must be a bind or a tmpfs"));
  planned.in_proc = is_in_proc(planned.destination);
  if (planned.in_proc && planned.kind != MountPlan::Kind::remount && !may_be_in_proc(planned))
    return fail(
        Error::spec("", cat(quote(mount.destination), " cannot be mounted because it is inside /proc"))
            .hint("only procfs itself and a few files such as /proc/meminfo may be mounted there"));
  if (planned.kind == MountPlan::Kind::file_system) {
    if (planned.type.empty()) return fail(Error::spec("", "a mount that is no bind needs a type"));
    planned.real_directory = planned.type == "proc" || planned.type == "sysfs";
    label_mount(planned, *request.config);
    planned.host_view = host_view(planned, *request.config);
    planned.late_read_only =
        planned.options.read_only && (planned.type == "tmpfs" || planned.destination == "dev");
    if (planned.options.read_only && !is_virtual(planned.type))
      planned.options.file_system.emplace_back("ro");
    planned.mode_given = std::ranges::any_of(
        planned.options.file_system, [](const std::string& option) { return option.starts_with("mode="); });
  }
  return planned;
}

// The kernel's own file systems with options that survive being joined by commas.
bool is_simple(const MountPlan& mount) {
  constexpr std::size_t kPage = 4096;  // of which mount(2) reads one
  return mount.kind == MountPlan::Kind::file_system && is_virtual(mount.type) && mount.data.size() < kPage &&
         !mount.id_map && mount.label.empty() && mount.options.recursive.empty() &&
         mount.options.propagation == 0 &&
         std::ranges::none_of(
             mount.options.file_system,
             [](const std::string& option) { return option.find_first_of(",\"") != std::string::npos; });
}

Result<> plan_mounts(Plan& plan, const PlanRequest& request) {
  const auto& mounts = request.config->mounts;
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    auto planned = plan_mount(mounts[i], request, plan.rootfs);
    if (!planned) return fail(std::move(planned).error().at(at_index("mounts", i)));
    if (planned->kind == MountPlan::Kind::bind && planned->destination == "dev") plan.make_devices = false;
    plan.maps_mounts = plan.maps_mounts || planned->id_map.has_value();
    plan.mounts.push_back(std::move(*planned));
  }
  // Only now, since moving a short string moves its bytes.
  for (auto& mount : plan.mounts) {
    for (const auto& option : mount.options.file_system) mount.file_system_options.push_back(option.c_str());
    mount.data = text::join(mount.options.file_system, ",");
    mount.simple = is_simple(mount);
  }
  return {};
}

// ---- devices
// -------------------------------------------------------------------------------------------------------

struct DefaultDevice {
  const char* name;
  unsigned major, minor;
};
constexpr DefaultDevice kDefaultDevices[] = {
    {"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0},
};

DevicePlan plan_device(const spec::Device& device) {
  const std::string path = relative(device.path);
  const auto slash = path.rfind('/');
  DevicePlan planned;
  planned.directory = slash == std::string::npos ? "." : path.substr(0, slash);
  planned.name = slash == std::string::npos ? path : path.substr(slash + 1);
  planned.host_path = "/" + path;
  const mode_t type = device.type == 'b' ? S_IFBLK : device.type == 'p' ? S_IFIFO : S_IFCHR;
  planned.mode = type | (device.file_mode.value_or(0666) & 07777);
  planned.number = makedev(static_cast<unsigned>(device.major), static_cast<unsigned>(device.minor));
  planned.uid = device.uid.value_or(0);
  planned.gid = device.gid.value_or(0);
  return planned;
}

void plan_devices(Plan& plan, const spec::Config& config) {
  const auto& devices = config.linux_.devices;
  for (const auto& [name, major, minor] : kDefaultDevices) {
    const std::string path = cat("dev/", name);
    if (std::ranges::any_of(devices, [&](const auto& device) { return relative(device.path) == path; }))
      continue;
    plan.devices.push_back({"dev", name, "/" + path, S_IFCHR | 0666, makedev(major, minor), 0, 0});
  }
  for (const auto& device : devices) {
    const std::string path = relative(device.path);
    if (path != "dev/ptmx" && path != "dev/console") plan.devices.push_back(plan_device(device));
  }
}

// ---- the rest of `linux`
// ---------------------------------------------------------------------------------------------

unsigned long propagation_flag(std::string_view name) {
  if (name.starts_with('r')) name.remove_prefix(1);
  if (name == "shared") return MS_SHARED;
  if (name == "private") return MS_PRIVATE;
  if (name == "unbindable") return MS_UNBINDABLE;
  return name == "slave" ? MS_SLAVE : 0;
}

void plan_propagation(Plan& plan, const std::string& name) {
  const unsigned long flag = propagation_flag(name);
  plan.setup_propagation =
      flag == MS_SHARED || flag == MS_PRIVATE ? flag : static_cast<unsigned long>(MS_SLAVE);
  if (flag == MS_SHARED || flag == MS_UNBINDABLE)
    plan.root_propagation = flag | (name.starts_with('r') ? MS_REC : 0);
}

HookPlan plan_hook(const spec::Hook& hook, bool in_container) {
  HookPlan planned;
  planned.path = hook.path;
  if (hook.args.empty()) planned.argv.push_back(text(hook.path));
  for (const auto& argument : hook.args) planned.argv.push_back(text(argument));
  planned.argv.push_back(nullptr);
  for (const auto& entry : hook.env) planned.envp.push_back(text(entry));
  planned.envp.push_back(nullptr);
  planned.inherit_environment = in_container && !hook.env_given;
  if (hook.timeout) planned.timeout_ns = *hook.timeout * 1'000'000'000;
  return planned;
}

// ---- process
// ---------------------------------------------------------------------------------------------------------

std::string_view name_of(std::string_view entry) { return entry.substr(0, entry.find('=')); }

void plan_environment(ProcessPlan& planned, const std::vector<std::string>& env) {
  static char home[] = "HOME=/";
  bool has_home = false;
  for (std::size_t i = 0; i < env.size(); ++i) {
    const auto name = name_of(env[i]);
    const auto again = [&](const std::string& later) { return name_of(later) == name; };
    if (std::any_of(env.begin() + static_cast<std::ptrdiff_t>(i) + 1, env.end(), again))
      continue;  // the last wins
    if (name == "HOME") {
      if (env[i] == "HOME=") continue;
      has_home = true;
    }
    planned.envp.push_back(text(env[i]));
  }
  if (!has_home) planned.envp.push_back(home);
  planned.envp.push_back(nullptr);
  if (!has_home) planned.home = &planned.envp[planned.envp.size() - 2];
}

void plan_search(ProcessPlan& planned, const spec::Process& process) {
  const std::string& program = process.args.front();
  if (program.find('/') != std::string::npos) {
    planned.search.push_back(program);
    return;
  }
  for (const auto& entry : process.env) {
    if (name_of(entry) != "PATH" || entry.size() < 5) continue;
    planned.search.clear();  // the last PATH counts
    for (auto directory : text::split(std::string_view(entry).substr(5), ':'))
      planned.search.push_back(directory.empty() ? cat("./", program) : cat(directory, "/", program));
  }
}

/// "0-3,8" as the kernel's bit mask, in whole longs.
Result<std::string> plan_mask(const std::string& list, const char* path) {
  auto mask = cgroups::cpu_mask(list);
  if (!mask) return fail(Error::spec(path, cat(quote(list), " has a number above 8191")));
  mask->resize((mask->size() + sizeof(long) - 1) / sizeof(long) * sizeof(long));
  return std::move(*mask);
}

Result<> plan_cpus(ProcessPlan& planned, const std::optional<spec::ExecCpuAffinity>& affinity) {
  if (!affinity) return {};
  planned.initial_cpus = TRY(plan_mask(affinity->initial, "process.execCPUAffinity.initial"));
  planned.final_cpus = TRY(plan_mask(affinity->final, "process.execCPUAffinity.final"));
  // Without `final` the outcome of the move is the kernel's to decide (runtime-spec config.md).
  planned.all_cpus = planned.initial_cpus.empty() && planned.final_cpus.empty();
  return {};
}

Result<> plan_memory_policy(ProcessPlan& planned, const std::optional<spec::MemoryPolicy>& policy) {
  if (!policy) return {};
  planned.memory_policy =
      MemoryPolicyPlan{.mode = policy->mode | static_cast<int>(policy->flags),
                       .nodes = TRY(plan_mask(policy->nodes, "linux.memoryPolicy.nodes"))};
  return {};
}

Result<> plan_process(Plan& plan, const PlanRequest& request, const HostFacts& facts) {
  plan.process = TRY(build_process_plan(*request.config->process, request.config->linux_, facts));
  plan.process.initial_cpus.clear();  // execCPUAffinity is, as its name says, for exec
  plan.process.final_cpus.clear();
  plan.process.all_cpus = true;
  plan.process.preserved_fds = request.preserved_fds;
  plan.process.keyring = request.keyring;
  if (plan.maps_ids || plan.joins_user)
    plan.process.rlimits.clear();  // it has no right over the host's limits: the parent sets them
  plan.process.set_groups = annotations::value(request.config->annotations, annotations::kKeepGroups) != "1";
  return {};
}

}  // namespace

Result<ProcessPlan> build_process_plan(const spec::Process& process, const spec::Linux& linux_,
                                       const HostFacts& facts) {
  ProcessPlan planned;
  if (process.args.empty()) return fail(Error::spec("process.args", "it must not be empty"));
  for (const auto& argument : process.args) planned.argv.push_back(text(argument));
  planned.argv.push_back(nullptr);
  plan_environment(planned, process.env);
  plan_search(planned, process);
  planned.cwd = process.cwd;
  planned.uid = process.user.uid;
  planned.gid = process.user.gid;
  planned.groups.assign(process.user.additional_gids.begin(), process.user.additional_gids.end());
  planned.umask = process.user.umask.value_or(0022);
  // Without `capabilities` the process gets none: silence should not mean all of them.
  if (process.capabilities) planned.capabilities = *process.capabilities;
  planned.last_capability = facts.last_capability;
  planned.no_new_privileges = process.no_new_privileges;
  planned.terminal = process.terminal;
  planned.rlimits = process.rlimits;
  if (process.console_size) planned.console_size = *process.console_size;
  planned.scheduler = process.scheduler;
  planned.io_priority = process.io_priority;
  TRY(plan_cpus(planned, process.exec_cpu_affinity));
  TRY(plan_memory_policy(planned, linux_.memory_policy));
  if (linux_.personality) planned.personality = linux_.personality->domain;
  return planned;
}

Result<Plan> build_plan(const PlanRequest& request, const HostFacts& facts) {
  const spec::Config& config = *request.config;
  Plan plan;
  plan.rootfs =
      config.root.path.starts_with('/') ? config.root.path : cat(request.bundle, "/", config.root.path);
  while (plan.rootfs.size() > 1 && plan.rootfs.ends_with('/')) plan.rootfs.pop_back();
  plan_namespaces(plan, config, facts);
  if (plan.mounts_namespace) {
    TRY(plan_mounts(plan, request));
    plan_devices(plan, config);
    for (const auto& path : config.linux_.masked_paths) plan.masked_paths.push_back(relative(path));
    for (const auto& path : config.linux_.readonly_paths) plan.readonly_paths.push_back(relative(path));
    plan.root_read_only = config.root.readonly;
  }
  plan.bind_devices = plan.maps_ids || !facts.privileged || config.find_namespace(CLONE_NEWUSER) != nullptr;
  plan.cgroups = request.cgroups;
  plan.cgroup_v2 = request.cgroup_v2;
  plan.cgroup_v2_path = request.cgroup_v2_path;
  plan.delegates_cgroup = annotations::given(config.annotations, annotations::kDelegateCgroup);
  for (const auto& [key, value] : config.linux_.sysctl)
    plan.sysctls.push_back({key, cat("sys/", spec::sysctl_path(key)), value});
  plan_propagation(plan, config.linux_.rootfs_propagation);
  plan.pivot = !request.no_pivot;
  plan.hostname = config.hostname;
  plan.domainname = config.domainname;
  plan.runtime_hooks = !config.hooks.prestart.empty() || !config.hooks.create_runtime.empty() ||
                       !config.linux_.net_devices.empty();
  for (const auto& hook : config.hooks.create_container)
    plan.create_container.push_back(plan_hook(hook, false));
  for (const auto& hook : config.hooks.start_container) plan.start_container.push_back(plan_hook(hook, true));
  TRY(plan_process(plan, request, facts));
  return plan;
}

HookPlan build_hook_plan(const spec::Hook& hook) { return plan_hook(hook, false); }

HostFacts read_host_facts() {
  HostFacts facts;
  // Every kernel that we run on (≥ 5.12) knows those up to CAP_CHECKPOINT_RESTORE.
  while (facts.last_capability < 63 && sys::raw::prctl(PR_CAPBSET_READ, facts.last_capability + 1) >= 0)
    ++facts.last_capability;
  facts.privileged = geteuid() == 0;
  return facts;
}

}  // namespace masu::container
