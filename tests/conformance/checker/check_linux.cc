// SPDX-License-Identifier: Apache-2.0
//
// linux: namespaces, names, sysctls, seccomp, and what else the kernel keeps for the process.
#include "calls.h"
#include "checks.h"
#include "look.h"
#include "masu/base/text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include <net/if.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace masu::conformance {

void check_names(Report& report, Value config) {
  utsname seen{};
  uname(&seen);
  if (find(config, "hostname")) report.same("hostname", text_of(config, "hostname"), seen.nodename);
  if (find(config, "domainname"))
    report.same("domainname", text_of(config, "domainname"),
                squeeze(read_file("/proc/sys/kernel/domainname")));
}

namespace {

void check_mapping(Report& report, Value config, const char* member, const char* file) {
  const auto mappings = find(config, "linux", member);
  if (!mappings || mappings->size() == 0) return;
  std::string expected;
  for (const Value mapping : list_of(mappings))
    expected += cat(expected.empty() ? "" : " ", text_of(mapping, "containerID"), " ",
                    text_of(mapping, "hostID"), " ", text_of(mapping, "size"));
  report.same(cat("linux.", member), expected, squeeze(read_file(file)));
}

}  // namespace

// `host` has the namespaces that the runtime was started in, and those that are joined by a path.
void check_namespaces(Report& report, Value config, Value host) {
  const auto wanted = list_of(find(config, "linux", "namespaces"));
  for (const auto& [type, file] : {std::pair{"pid", "pid"},
                                   {"network", "net"},
                                   {"mount", "mnt"},
                                   {"ipc", "ipc"},
                                   {"uts", "uts"},
                                   {"user", "user"},
                                   {"cgroup", "cgroup"},
                                   {"time", "time"}}) {
    const auto outside = find(host, "namespaces", type);
    if (!outside) continue;
    const std::string member = cat("linux.namespaces.", type);
    const std::string seen = read_link(cat("/proc/self/ns/", file).c_str());
    const auto entry = std::ranges::find(wanted, type, [](Value v) { return text_of(v, "type"); });
    if (entry == wanted.end())
      report.same(member, outside->text(), seen);  // inherited
    else if (const auto joined = find(host, "joined", type))
      report.same(member, cat(file, ":", joined->text()), seen);
    else
      report.check(member, !seen.empty() && seen != outside->text(), cat("no new one: ", seen));
    if (entry != wanted.end() && type == std::string_view("pid") && !find(host, "joined", type))
      report.same(member, 1, getpid());
  }
  check_mapping(report, config, "uidMappings", "/proc/self/uid_map");
  check_mapping(report, config, "gidMappings", "/proc/self/gid_map");
  const std::string offsets = squeeze(read_file("/proc/self/timens_offsets"));
  for (const char* clock : {"monotonic", "boottime"})
    if (const auto offset = find(config, "linux", "timeOffsets", clock)) {
      const std::string expected =
          cat(clock, " ", number_of(*offset, "secs"), " ", number_of(*offset, "nanosecs"));
      report.check(cat("linux.timeOffsets.", clock), offsets.find(expected) != std::string::npos,
                   cat("expected ", expected, ", seen ", offsets));
    }
}

void check_sysctls(Report& report, Value config) {
  const auto sysctls = find(config, "linux", "sysctl");
  if (!sysctls) return;
  for (const auto& [key, value] : sysctls->members()) {
    std::string path(key);
    // sysctl(8): the first separator says which one it is.
    if (path.find_first_of("./") != std::string::npos && path[path.find_first_of("./")] == '.')
      for (char& c : path) c = c == '.' ? '/' : c == '/' ? '.' : c;
    report.same(cat("linux.sysctl.", key), squeeze(value.text()),
                squeeze(read_file(cat("/proc/sys/", path).c_str())));
  }
}

// Of the rules that answer with an errno, those on calls that do no harm if they are let through.
void check_seccomp(Report& report, Value config) {
  const auto seccomp = find(config, "linux", "seccomp");
  if (!seccomp) return;
  report.same("linux.seccomp", "2", status_field("Seccomp"));
  for (const Value rule : list_of(find(*seccomp, "syscalls"))) {
    if (text_of(rule, "action") != "SCMP_ACT_ERRNO" || !list_of(find(rule, "args")).empty()) continue;
    for (const std::string_view name : words_of(find(rule, "names")))
      if (const auto answer = call_harmlessly(name))
        report.same(cat("linux.seccomp.syscalls.", name), number_of(rule, "errnoRet", EPERM), *answer);
  }
}

namespace {

void check_personality(Report& report, Value wanted) {
  const int seen = personality(0xffffffff);
  const std::string_view domain = text_of(wanted, "domain");
  report.same("linux.personality.domain", domain,
              seen == PER_LINUX     ? "LINUX"
              : seen == PER_LINUX32 ? "LINUX32"
                                    : cat("number ", seen));
}

// get_mempolicy(2): the modes of set_mempolicy(2) by number, and the nodes as a mask.
void check_memory_policy(Report& report, Value wanted) {
  constexpr std::array<std::string_view, 7> kModes = {
      "MPOL_DEFAULT",        "MPOL_PREFERRED",          "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL",
      "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"};
  int mode = 0;
  std::array<unsigned long, 16> nodes{};
  const long result = syscall(SYS_get_mempolicy, &mode, nodes.data(), nodes.size() * 64, nullptr, 0UL);
  report.same("linux.memoryPolicy.mode", text_of(wanted, "mode"),
              result == 0 ? kModes[static_cast<std::size_t>(mode & 7) % 7] : "nothing: get_mempolicy fails");
  if (text_of(wanted, "nodes") == "0")
    report.same("linux.memoryPolicy.nodes", 1, static_cast<long long>(nodes[0]));
}

}  // namespace

void check_kernel_state(Report& report, Value config) {
  if (const auto wanted = find(config, "linux", "personality")) check_personality(report, *wanted);
  if (const auto wanted = find(config, "linux", "memoryPolicy")) check_memory_policy(report, *wanted);
  if (const auto devices = find(config, "linux", "netDevices"))
    for (const auto& [name, device] : devices->members()) {
      const std::string renamed(text_of(device, "name"));
      const std::string seen = renamed.empty() ? std::string(name) : renamed;
      report.check(cat("linux.netDevices.", name), if_nametoindex(seen.c_str()) != 0,
                   cat(seen, " is not there"));
    }
}

}  // namespace masu::conformance
