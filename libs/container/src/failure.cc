// SPDX-License-Identifier: Apache-2.0
#include "failure.h"

#include "masu/base/errno_name.h"
#include "masu/base/text.h"
#include "masu/spec/names.h"
#include "process_limits.h"

#include <cerrno>

namespace masu::container {
namespace {

struct StepText {
  std::string_view name;  ///< for trace and log
  std::string_view what;  ///< for the message, where nothing better is known
};

constexpr StepText kSteps[] = {
    {"start", "start the container's process"},
    {"map_ids", "become root of the user namespace"},
    {"join_namespace", "join a namespace"},
    {"make_network", "make the network namespace"},
    {"loopback", "bring up the loopback device"},
    {"time_offsets", "set the time namespace's offsets"},
    {"propagation", "set the propagation of '/'"},
    {"root_mount", "mount the root file system"},
    {"mount", "mount"},
    {"unmount", "unmount"},
    {"join_cgroups", "join the container's cgroups"},
    {"cpu_affinity", "set the CPU affinity"},
    {"cgroup_namespace", "make the cgroup namespace"},
    {"devices", "make a device"},
    {"device_links", "make the links in /dev"},
    {"runtime_hooks", "wait for the hooks"},
    {"create_container_hook", "run a createContainer hook"},
    {"working_directory", "make the working directory"},
    {"console", "set up the terminal"},
    {"sysctl", "set a sysctl"},
    {"masked_path", "mask a path"},
    {"readonly_path", "make a path read-only"},
    {"root_readonly", "make the root read-only"},
    {"pivot_root", "change to the root file system"},
    {"hostname", "set the hostname"},
    {"domainname", "set the domainname"},
    {"keyring", "join a session keyring"},
    {"standard_streams", "hand over the standard streams"},
    {"apparmor", "set the AppArmor profile"},
    {"selinux", "set the SELinux label"},
    {"rlimits", "set a resource limit"},
    {"scheduler", "set the scheduler"},
    {"io_priority", "set the I/O priority"},
    {"memory_policy", "set the memory policy"},
    {"personality", "set the personality"},
    {"user", "change to the process's user and groups"},
    {"capabilities", "set the capabilities"},
    {"change_directory", "change to the working directory"},
    {"find_executable", "find the program"},
    {"ready", "report"},
    {"start_container_hook", "run a startContainer hook"},
    {"no_new_privileges", "set no_new_privs"},
    {"landlock", "restrict by Landlock"},
    {"seccomp", "load the seccomp filter"},
    {"exec", "execute the program"},
};
static_assert(std::size(kSteps) == static_cast<std::size_t>(Step::last) + 1);

// What the kernel or a hook said, made harmless: it may come from the image.
std::string detail_of(const Message& failure) {
  const std::string quoted = quote(failure.detail);
  return quoted.substr(1, quoted.size() - 2);
}

Error plain(const Message& failure, std::string what) {
  if (failure.detail[0] != '\0') what += cat(" (", detail_of(failure), ")");
  return Error::sys(failure.value, std::move(what));
}

std::string at_index(std::string_view array, const Message& failure) {
  return cat(array, "[", failure.index, "]");
}

Error mount_failure(const Message& failure, const MountPlan& mount) {
  const bool source = std::string_view(failure.detail) == "source";
  std::string what = cat("error mounting \"", mount.source, "\" to rootfs at \"/", mount.destination, "\"");
  if (source)
    what += ": source";
  else if (failure.detail[0] != '\0')
    what += cat(": ", detail_of(failure));
  Error error = Error::sys(failure.value, std::move(what)).at(at_index("mounts", failure));
  if (source && failure.value == ENOENT)
    return std::move(error).hint("the source of the bind does not exist on the host");
  if (failure.value == ENODEV)
    return std::move(error).hint(mount.type == "bind"
                                     ? "a bind mount needs the option \"bind\" or \"rbind\""
                                     : cat("the kernel has no file system ", quote(mount.type)));
  if (failure.value == ENOTDIR)
    return std::move(error).hint("a directory can only be mounted on a directory, a file on a file");
  if (failure.value == EPERM && mount.kind == MountPlan::Kind::bind && mount.options.attributes.clear != 0)
    return std::move(error).hint(
        "in a user namespace a bind keeps the flags of its source: leave out rw, suid, dev, exec and atime");
  if (failure.value == EPERM && mount.type == "proc")
    return std::move(error).hint(
        "the outer /proc is partly hidden: in a user namespace a fresh procfs needs a complete one outside");
  if (failure.value == EPERM && mount.type == "sysfs")
    return std::move(error).hint(
        "in a user namespace sysfs needs a network namespace of its own, or a /sys outside to show");
  if (failure.value == EPERM && mount.type == "mqueue")
    return std::move(error).hint(
        "in a user namespace mqueue needs an ipc namespace of its own, or a /dev/mqueue outside to show");
  return error;
}

Error unmount_failure(const Message& failure, const MountPlan& mount) {
  Error error =
      plain(failure, cat("error unmounting \"/", mount.destination, "\"")).at(at_index("mounts", failure));
  return failure.value == EINVAL ? std::move(error).hint("nothing is mounted there") : std::move(error);
}

Error executable_failure(const Message& failure, const spec::Process& process) {
  const std::string& program = process.args.front();
  const bool has_slash = program.find('/') != std::string::npos;
  const auto located = [](Error error) { return std::move(error).at("process.args[0]"); };
  if (failure.value == ENOENT && !has_slash)
    return located(
        Error::make(Kind::system, cat("exec: \"", program, "\": executable file not found in $PATH")));
  if (failure.value == EISDIR)
    return located(Error::sys(EACCES, cat("exec: \"", program, "\": is a directory")));
  if (failure.value == EACCES)
    return located(Error::sys(EACCES, cat("exec: \"", program, "\"")))
        .hint("is the file executable, and the path to it searchable, for the process's user?");
  return located(Error::sys(failure.value, cat("exec: \"", program, "\": stat ", program)));
}

Error exec_failure(const Message& failure, const spec::Process& process) {
  Error error = Error::sys(failure.value, cat("exec ", process.args.front())).at("process.args[0]");
  switch (failure.value) {
    case ENOENT:
      return std::move(error).hint(
          "the file is there, so its interpreter (the #! line, or the ELF loader) is missing");
    case ENOEXEC:
      return std::move(error).hint("the program is for another architecture, or no program at all");
    case EACCES:
      return std::move(error).hint("is it on a noexec mount, or its interpreter not executable?");
    case ENOMEM:
      return std::move(error).hint("the memory limit is too low for this program");
    default:
      return error;
  }
}

Error hook_failure(const Message& failure, std::string_view kind, std::string_view path) {
  const std::string what = cat("error running ", kind, " hook #", failure.index);
  std::string text = failure.detail[0] != '\0' ? cat(what, ": ", detail_of(failure)) : what;
  Error error = failure.value == ECANCELED || (failure.value == ETIMEDOUT && failure.detail[0] != '\0')
                    ? Error::make(Kind::system, std::move(text))
                    : Error::sys(failure.value, std::move(text));
  return std::move(error).at(at_index(cat("hooks.", path), failure));
}

Error directory_failure(const Message& failure, const spec::Process& process) {
  if (failure.value == EXDEV)
    return Error::make(Kind::system, cat("cwd ", quote(process.cwd), " is outside of the container's root"))
        .at("process.cwd");
  return Error::sys(failure.value, cat("chdir to cwd (\"", process.cwd, "\") set in config.json failed"))
      .at("process.cwd");
}

Error user_failure(const Message& failure, const spec::Process& process) {
  if (failure.value == EINVAL)
    return Error::make(Kind::invalid_spec, cat("cannot setuid to unmapped uid ", process.user.uid,
                                               " in user namespace, or to gid ", process.user.gid))
        .at("process.user");
  return Error::sys(failure.value, cat("change to user ", process.user.uid, ":", process.user.gid))
      .at("process.user");
}

// How the kernel runs the process: alike for exec, so there may be no plan of a container.
Error scheduling_failure(const Message& failure, const spec::Process& process) {
  Error error = plain(failure, std::string(kSteps[static_cast<std::size_t>(failure.step)].what));
  switch (failure.step) {
    case Step::cpu_affinity: {
      const bool final = failure.index != 0;
      error =
          std::move(error).at(final ? "process.execCPUAffinity.final" : "process.execCPUAffinity.initial");
      if (failure.value == EINVAL)
        return std::move(error).hint(final ? "are these CPUs online, and among the container's (cpuset.cpus)?"
                                           : "are these CPUs online, and among the caller's?");
      return error;
    }
    case Step::scheduler:
      error = std::move(error).at("process.scheduler");
      if (failure.value == EPERM)
        return std::move(error).hint(
            process.scheduler && process.scheduler->deadline != 0
                ? "SCHED_DEADLINE needs CAP_SYS_NICE, and a process that may use all CPUs: process scheduler "
                  "can't be "
                  "used together with AllowedCPUs, cpuset.cpus"
                : "it needs CAP_SYS_NICE, and on cgroup v1 a cgroup with a real-time budget "
                  "(cpu.realtimeRuntime)");
      return error;
    case Step::io_priority:
      error = std::move(error).at("process.ioPriority");
      if (failure.value == EPERM)
        return std::move(error).hint("IOPRIO_CLASS_RT needs CAP_SYS_ADMIN or CAP_SYS_NICE");
      return error;
    case Step::memory_policy:
      error = std::move(error).at("linux.memoryPolicy");
      if (failure.value == EINVAL)
        return std::move(error).hint(
            "does this kernel know the mode and its flags, and are the nodes online and the container's?");
      return error;
    default:
      return std::move(error).at("linux.personality");
  }
}

Error cgroup_failure(const Message& failure) {
  Error error = plain(failure, std::string(kSteps[static_cast<std::size_t>(failure.step)].what));
  if (failure.value != EINVAL) return error;
  return std::move(error).hint(
      "on cgroup v1 a caller with a real-time policy needs linux.resources.cpu.realtimeRuntime, or "
      "`chrt --other 0` before this command");
}

// The path in back quotes: clients look for it (contract 2.5).
Error label_failure(const Message& failure, const spec::Process& process) {
  const bool apparmor = failure.step == Step::apparmor;
  const std::string& label = apparmor ? process.apparmor_profile : process.selinux_label;
  Error error = Error::sys(failure.value, cat(apparmor ? "AppArmor profile " : "SELinux label ", quote(label),
                                              ": write `/proc/", detail_of(failure), "`"))
                    .at(apparmor ? "process.apparmorProfile" : "process.selinuxLabel");
  if (apparmor && failure.value == ENOENT)
    return std::move(error).hint("load the profile with: apparmor_parser -r FILE");
  return error;
}

Error plan_failure(const Message& failure, const Plan& plan) {
  const std::size_t index = failure.index;
  switch (failure.step) {
    case Step::unmount:
      if (index < plan.mounts.size()) return unmount_failure(failure, plan.mounts[index]);
      break;
    case Step::mount:
      if (index < plan.mounts.size()) return mount_failure(failure, plan.mounts[index]);
      break;
    case Step::root_mount:
      return plain(failure, cat("mount the root file system ", quote(plan.rootfs))).at("root.path");
    case Step::join_namespace:
      if (index < plan.joins.size())
        return plain(failure, cat("join namespace ", quote(plan.joins[index].path))).at("linux.namespaces");
      break;
    case Step::devices:
      if (index < plan.devices.size())
        return plain(failure, cat("make device ", quote(cat("/", plan.devices[index].directory, "/",
                                                            plan.devices[index].name))))
            .at("linux.devices");
      break;
    case Step::sysctl:
      if (index < plan.sysctls.size())
        return plain(failure, cat("set sysctl ", quote(plan.sysctls[index].key), " to ",
                                  quote(plan.sysctls[index].value)))
            .at("linux.sysctl");
      break;
    case Step::masked_path:
      if (index < plan.masked_paths.size())
        return plain(failure, cat("mask ", quote("/" + plan.masked_paths[index])))
            .at(at_index("linux.maskedPaths", failure));
      break;
    case Step::readonly_path:
      if (index < plan.readonly_paths.size())
        return plain(failure, cat("make ", quote("/" + plan.readonly_paths[index]), " read-only"))
            .at(at_index("linux.readonlyPaths", failure));
      break;
    case Step::keyring:
      if (failure.value == EDQUOT)
        return plain(failure, "join a session keyring")
            .hint("the user's key quota is used up: raise kernel.keys.maxkeys, or use --no-new-keyring");
      break;
    default:
      break;
  }
  return plain(failure, std::string(kSteps[static_cast<std::size_t>(failure.step)].what));
}

}  // namespace

std::string_view step_name(Step step) {
  const auto index = static_cast<std::size_t>(step);
  return index < std::size(kSteps) ? kSteps[index].name : "unknown";
}

std::string describe_warning(const Message& message) {
  const std::string why = cat(errno_text(message.value), " (", errno_name(message.value), ")");
  if (message.step != Step::capabilities) return cat(step_name(message.step), ": ", why);
  for (const auto& [name, bit] : spec::capabilities())
    if (bit == message.index) return cat("can't raise ambient capability ", name, ": ", why);
  return cat("can't raise ambient capability ", message.index, ": ", why);
}

Error describe_failure(const Message& failure, const FailureContext& context) {
  if (static_cast<std::size_t>(failure.step) >= std::size(kSteps))
    return Error::make(Kind::internal, "the container's process sent an unknown step");
  if (context.process != nullptr) {
    switch (failure.step) {
      case Step::find_executable:
        return executable_failure(failure, *context.process);
      case Step::exec:
        return exec_failure(failure, *context.process);
      case Step::change_directory:
        return directory_failure(failure, *context.process);
      case Step::user:
        return user_failure(failure, *context.process);
      case Step::rlimits:
        if (failure.index < context.process->rlimits.size())
          return describe_rlimit(failure.value, context.process->rlimits[failure.index], failure.index);
        break;
      case Step::apparmor:
      case Step::selinux:
        return label_failure(failure, *context.process);
      case Step::cpu_affinity:
      case Step::scheduler:
      case Step::io_priority:
      case Step::memory_policy:
      case Step::personality:
        return scheduling_failure(failure, *context.process);
      default:
        break;
    }
  }
  if (failure.step == Step::join_cgroups) return cgroup_failure(failure);
  if (failure.step == Step::create_container_hook)
    return hook_failure(failure, "createContainer", "createContainer");
  if (failure.step == Step::start_container_hook)
    return hook_failure(failure, "startContainer", "startContainer");
  if (context.plan != nullptr) return plan_failure(failure, *context.plan);
  return plain(failure, std::string(kSteps[static_cast<std::size_t>(failure.step)].what));
}

Error describe_silent_end(Step step, bool oom_killed) {
  if (oom_killed)
    return Error::make(Kind::system, "container init was OOM-killed (memory limit too low?)")
        .at("linux.resources.memory.limit");
  return Error::make(Kind::system, cat("the container's process was killed at step '", step_name(step), "'"));
}

}  // namespace masu::container
