// SPDX-License-Identifier: Apache-2.0
#include "masu/spec/template.h"

#include "masu/spec/names.h"
#include "masu/spec/write.h"

#include <linux/capability.h>
#include <sys/resource.h>

namespace masu::spec {
namespace {

constexpr std::uint64_t kCapabilities = 1u << CAP_AUDIT_WRITE | 1u << CAP_KILL | 1u << CAP_NET_BIND_SERVICE;

Process default_process() {
  Process process;
  process.terminal = true;
  process.args = {"sh"};
  process.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"};
  process.cwd = "/";
  process.capabilities =
      Capabilities{.bounding = kCapabilities, .effective = kCapabilities, .permitted = kCapabilities};
  process.rlimits = {{.resource = RLIMIT_NOFILE, .soft = 1024, .hard = 1024}};
  process.no_new_privileges = true;
  return process;
}

// With one user in the namespace, devpts cannot give its terminals to the group tty; and sysfs can only be
// mounted by the owner of the network namespace.
std::vector<Mount> default_mounts(bool rootless) {
  std::vector<std::string> pts = {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"};
  if (!rootless) pts.emplace_back("gid=5");
  const Mount sys = rootless
                        ? Mount{"/sys", "none", "/sys", {"rbind", "nosuid", "noexec", "nodev", "ro"}, {}, {}}
                        : Mount{"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}, {}, {}};
  return {
      {"/proc", "proc", "proc", {}, {}, {}},
      {"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}, {}, {}},
      {"/dev/pts", "devpts", "devpts", pts, {}, {}},
      {"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}, {}, {}},
      {"/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}, {}, {}},
      sys,
      {"/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime", "ro"}, {}, {}},
  };
}

std::vector<Namespace> default_namespaces(bool rootless, bool cgroup_v2) {
  std::vector<Namespace> entries;
  auto add = [&](std::string_view name) {
    entries.push_back({.type = *find_value(namespaces(), name), .path = {}});
  };
  add("pid");
  if (!rootless) add("network");
  add("ipc");
  add("uts");
  add("mount");
  if (cgroup_v2) add("cgroup");
  if (rootless) add("user");
  return entries;
}

}  // namespace

Config make_default_config(bool rootless, std::uint32_t uid, std::uint32_t gid, bool cgroup_v2) {
  Config config;
  config.oci_version = kOciVersion;
  config.process = default_process();
  config.root = {.path = "rootfs", .readonly = true};
  config.hostname = "masu-runtime";
  config.mounts = default_mounts(rootless);
  config.linux_.namespaces = default_namespaces(rootless, cgroup_v2);
  config.linux_.masked_paths = {
      "/proc/acpi",
      "/proc/asound",
      "/proc/kcore",
      "/proc/keys",
      "/proc/latency_stats",
      "/proc/timer_list",
      "/proc/timer_stats",
      "/proc/sched_debug",
      "/sys/firmware",
      "/proc/scsi",
      "/sys/devices/virtual/tpm",
  };
  config.linux_.readonly_paths = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
  if (rootless) {
    config.linux_.uid_mappings = {{.container_id = 0, .host_id = uid, .size = 1}};
    config.linux_.gid_mappings = {{.container_id = 0, .host_id = gid, .size = 1}};
  } else {
    config.linux_.resources.emplace().devices = {
        {.allow = false, .type = 'a', .major = {}, .minor = {}, .read = true, .write = true, .mknod = true}};
  }
  return config;
}

std::string default_config(bool rootless, std::uint32_t uid, std::uint32_t gid, bool cgroup_v2) {
  return to_json(make_default_config(rootless, uid, gid, cgroup_v2), json::Layout::tabs) + "\n";
}

}  // namespace masu::spec
