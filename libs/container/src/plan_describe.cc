// SPDX-License-Identifier: Apache-2.0
//
// A plan in words, one decision a line: for golden tests, and the log at level trace.
#include "masu/base/text.h"
#include "plan.h"

namespace masu::container {
namespace {

std::string hex(std::uint64_t number) {
  char digits[20];
  return "0x" + std::string(digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr);
}

std::string_view kind_text(MountPlan::Kind kind) {
  switch (kind) {
    case MountPlan::Kind::bind:
      return "bind";
    case MountPlan::Kind::cgroup:
      return "cgroup";
    case MountPlan::Kind::remount:
      return "remount";
    case MountPlan::Kind::file_system:
      break;
  }
  return "mount";
}

std::string describe_mount(const MountPlan& mount) {
  std::string line = cat(kind_text(mount.kind), " ", mount.source, " on /", mount.destination);
  if (mount.kind == MountPlan::Kind::file_system) line += cat(" type ", mount.type);
  if (mount.options.attributes.set != 0) line += " set " + hex(mount.options.attributes.set);
  if (mount.options.attributes.clear != 0) line += " clear " + hex(mount.options.attributes.clear);
  if (!mount.options.recursive.empty()) line += " recursive " + hex(mount.options.recursive.set);
  if (mount.options.propagation != 0) line += " propagation " + hex(mount.options.propagation);
  if (mount.late_read_only) line += " read-only later";
  for (const auto& option : mount.options.file_system) line += " " + option;
  return line + "\n";
}

std::string describe_process(const ProcessPlan& process) {
  std::string lines = cat("user ", process.uid, ":", process.gid);
  for (auto group : process.groups) lines += cat(" ", group);
  lines += cat("\nbounding ", hex(process.capabilities.bounding), " permitted ",
               hex(process.capabilities.permitted), " effective ", hex(process.capabilities.effective),
               " inheritable ", hex(process.capabilities.inheritable), " ambient ",
               hex(process.capabilities.ambient), "\n");
  if (process.no_new_privileges) lines += "no_new_privs\n";
  if (process.terminal)
    lines += cat("terminal ", process.console_size.height, "x", process.console_size.width, "\n");
  for (const auto& path : process.search) lines += cat("search ", path, "\n");
  for (const char* entry : process.envp)
    if (entry != nullptr) lines += cat("env ", entry, "\n");
  return lines + cat("cwd ", process.cwd, "\n");
}

}  // namespace

std::string describe(const Plan& plan) {
  std::string lines = cat("clone ", hex(plan.clone_flags), " unshare ", hex(plan.unshare_flags), "\n");
  for (const auto& join : plan.joins) lines += cat("join ", hex(join.type), " ", join.path, "\n");
  lines += cat("root ", plan.rootfs, plan.root_read_only ? " read-only" : "",
               plan.pivot ? "" : " without pivot_root", "\n");
  for (const auto& mount : plan.mounts) lines += describe_mount(mount);
  for (const auto& device : plan.devices)
    lines += cat("device /", device.directory, "/", device.name, " mode ", hex(device.mode), " number ",
                 device.number, "\n");
  for (const auto& sysctl : plan.sysctls) lines += cat("sysctl ", sysctl.path, " = ", sysctl.value, "\n");
  for (const auto& path : plan.masked_paths) lines += cat("mask /", path, "\n");
  for (const auto& path : plan.readonly_paths) lines += cat("read-only /", path, "\n");
  if (!plan.hostname.empty()) lines += cat("hostname ", plan.hostname, "\n");
  return lines + describe_process(plan.process);
}

}  // namespace masu::container
