// SPDX-License-Identifier: Apache-2.0
#include "inside.h"

#include "masu/base/text.h"
#include "masu/sys/fd.h"

#include <array>
#include <cstdint>

#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace masu::demo {
namespace {

// capabilities(7), by number.
constexpr std::array<const char*, 41> kCapabilities = {"chown",
                                                       "dac_override",
                                                       "dac_read_search",
                                                       "fowner",
                                                       "fsetid",
                                                       "kill",
                                                       "setgid",
                                                       "setuid",
                                                       "setpcap",
                                                       "linux_immutable",
                                                       "net_bind_service",
                                                       "net_broadcast",
                                                       "net_admin",
                                                       "net_raw",
                                                       "ipc_lock",
                                                       "ipc_owner",
                                                       "sys_module",
                                                       "sys_rawio",
                                                       "sys_chroot",
                                                       "sys_ptrace",
                                                       "sys_pacct",
                                                       "sys_admin",
                                                       "sys_boot",
                                                       "sys_nice",
                                                       "sys_resource",
                                                       "sys_time",
                                                       "sys_tty_config",
                                                       "mknod",
                                                       "lease",
                                                       "audit_write",
                                                       "audit_control",
                                                       "setfcap",
                                                       "mac_override",
                                                       "mac_admin",
                                                       "syslog",
                                                       "wake_alarm",
                                                       "block_suspend",
                                                       "audit_read",
                                                       "perfmon",
                                                       "bpf",
                                                       "checkpoint_restore"};

std::string read_or_empty(const char* path) {
  auto text = sys::read_file(path);
  return text ? *text : std::string();
}

// The value of "Name:\tvalue" in /proc/self/status.
std::string_view field(std::string_view status, std::string_view name) {
  for (std::string_view line : text::split(status, '\n'))
    if (line.starts_with(name) && line.substr(name.size()).starts_with(":"))
      return text::trim(line.substr(name.size() + 1));
  return "?";
}

std::vector<std::string> capability_names(std::string_view hex) {
  const std::uint64_t set = text::parse_int<std::uint64_t>(hex, 16).value_or(0);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kCapabilities.size(); ++i)
    if (set >> i & 1) names.emplace_back(kCapabilities[i]);
  if (names.empty()) names.emplace_back("none");
  return names;
}

void show_namespaces(Report& report) {
  std::vector<std::string> words;
  for (const char* name : {"mnt", "pid", "net", "ipc", "uts", "cgroup", "user", "time"}) {
    char target[64];
    const ssize_t size = readlink(cat("/proc/self/ns/", name).c_str(), target, sizeof target);
    if (size > 0) words.emplace_back(target, static_cast<std::size_t>(size));
  }
  report.words("namespaces", words);
}

void show_mounts(Report& report) {
  const std::string table = read_or_empty("/proc/self/mountinfo");
  std::vector<std::string> words;
  for (std::string_view line : text::split(table, '\n')) {
    const std::vector<std::string_view> fields = text::split(line, ' ');
    if (fields.size() < 6) continue;
    const bool read_only = fields[5].starts_with("ro");
    words.push_back(cat(fields[4], read_only ? " (ro)" : "", ","));
  }
  if (!words.empty()) words.back().pop_back();
  words.insert(words.begin(), cat(words.size(), ":"));
  report.words("mounts", words);
}

void show_limits(Report& report) {
  struct Limit {
    const char* name;
    int resource;
  };
  std::vector<std::string> words;
  for (Limit limit : {Limit{"files", RLIMIT_NOFILE},
                      {"processes", RLIMIT_NPROC},
                      {"core", RLIMIT_CORE},
                      {"stack", RLIMIT_STACK}}) {
    rlimit value{};
    if (getrlimit(limit.resource, &value) != 0) continue;
    words.push_back(cat(limit.name, " ",
                        value.rlim_cur == RLIM_INFINITY ? "unlimited" : std::to_string(value.rlim_cur), ","));
  }
  if (!words.empty()) words.back().pop_back();
  report.words("limits", words);
}

void show_cgroup(Report& report) {
  const std::string table = read_or_empty("/proc/self/cgroup");
  std::vector<std::string> words;
  for (std::string_view line : text::split(table, '\n')) {
    const std::vector<std::string_view> fields = text::split(line, ':');
    if (fields.size() < 3) continue;
    words.push_back(cat(fields[1].empty() ? "v2" : fields[1], ":", fields[2]));
  }
  report.words("cgroups", words);
}

std::string seccomp_mode(std::string_view status) {
  const std::string_view mode = field(status, "Seccomp");
  if (mode == "0") return "off";
  return mode == "2" ? cat("on, filters: ", field(status, "Seccomp_filters")) : std::string("strict");
}

}  // namespace

void show_inside(Report& report) {
  const std::string status = read_or_empty("/proc/self/status");
  utsname host{};
  (void)uname(&host);
  report.heading("What this container sees from inside");
  report.line("process", cat("pid ", getpid(), ", parent ", getppid(), ", user ", getuid(), ":", getgid()));
  report.line("host name", host.nodename);
  report.line("kernel", cat(host.sysname, " ", host.release, " ", host.machine));
  show_namespaces(report);
  show_mounts(report);
  report.words("capabilities", capability_names(field(status, "CapEff")));
  report.line("new privileges", field(status, "NoNewPrivs") == "1" ? "never" : "possible");
  report.line("seccomp", seccomp_mode(status));
  show_limits(report);
  show_cgroup(report);
}

}  // namespace masu::demo
