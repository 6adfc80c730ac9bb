// SPDX-License-Identifier: Apache-2.0
#include "host.h"

#include "masu/base/text.h"
#include "masu/cli/columns.h"
#include "masu/json/writer.h"
#include "masu/spec/names.h"
#include "masu/sys/fd.h"
#include "version.h"

#include <algorithm>
#include <ranges>

#include <linux/sched.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace masu::runtime {
namespace {

std::string read_or_nothing(const std::string& path) { return sys::read_file(path).value_or(std::string()); }

std::vector<std::string_view> words_of(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  for (std::string_view word : text::split(text::trim(text), separator))
    if (!word.empty()) words.push_back(word);
  return words;
}

// The value of one line of os-release(5), which is written as a shell would have it.
std::string unquote(std::string_view value) {
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
    value = value.substr(1, value.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    out += value[i];
  }
  return out;
}

std::string find_assignment(std::string_view text, std::string_view name) {
  for (std::string_view line : text::split(text, '\n'))
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == '=')
      return unquote(text::trim(line.substr(name.size() + 1)));
  return {};
}

// The name of a namespace's file in /proc/<pid>/ns.
std::string_view ns_file(std::uint64_t type) {
  switch (type) {
    case CLONE_NEWNS:
      return "mnt";
    case CLONE_NEWNET:
      return "net";
    default:
      return spec::find_name(spec::namespaces(), type);
  }
}

// The kernel has it, and /proc/sys/user, where there is such a file, lets one be made (namespaces(7)).
bool has_namespace(std::uint64_t type) {
  const std::string_view file = ns_file(type);
  if (::access(cat("/proc/self/ns/", file).c_str(), F_OK) < 0) return false;
  return text::trim(read_or_nothing(cat("/proc/sys/user/max_", file, "_namespaces"))) != "0";
}

void read_machine(Host& host) {
  utsname name{};
  if (::uname(&name) == 0) {
    host.kernel_release = name.release;
    host.kernel_version = name.version;
    host.architecture = name.machine;
  }
  struct sysinfo memory{};
  if (::sysinfo(&memory) == 0) {
    host.memory_bytes = std::uint64_t{memory.totalram} * memory.mem_unit;
    host.swap_bytes = std::uint64_t{memory.totalswap} * memory.mem_unit;
  }
  auto release = sys::read_file("/etc/os-release");
  if (!release) release = sys::read_file("/usr/lib/os-release");
  if (release) host.system = system_name(*release);
  host.cores = count_cpus(read_or_nothing("/sys/devices/system/cpu/online"));
  host.systemd = ::access("/run/systemd/system", F_OK) == 0;
}

void read_cgroups(Host& host) {
  if (const auto layout = cgroups::detect_layout()) host.cgroup_setup = layout->kind;
  host.cgroup_mounts = cgroups::read_mounts();
  host.controllers = cgroups::read_controllers(host.cgroup_mounts);
}

std::string_view where(const cgroups::CgroupController& controller) {
  if (!controller.enabled) return "disabled";
  if (controller.version == 0) return "not mounted";
  return controller.version == 1 ? "v1" : "v2";
}

std::string mebibytes(std::uint64_t bytes) { return cat(bytes >> 20, " MiB"); }

void write_cgroups(json::Writer& out, const Host& host) {
  out.key("cgroup").begin_object().member("setup", cgroups::layout_name(host.cgroup_setup));
  out.key("mounts").begin_array();
  for (const cgroups::CgroupMount& mount : host.cgroup_mounts) {
    out.begin_object().member("path", mount.path).member("version", mount.version);
    out.key("controllers").begin_array();
    for (const std::string& name : mount.controllers) out.value(name);
    out.end_array().end_object();
  }
  out.end_array().key("controllers").begin_array();
  for (const cgroups::CgroupController& controller : host.controllers) {
    out.begin_object().member("name", controller.name).member("enabled", controller.enabled);
    if (controller.version != 0) out.member("version", controller.version);
    out.end_object();
  }
  out.end_array().end_object();
}

}  // namespace

std::string system_name(std::string_view os_release) {
  std::string name = find_assignment(os_release, "PRETTY_NAME");
  return name.empty() ? find_assignment(os_release, "NAME") : name;
}

unsigned count_cpus(std::string_view list) {
  unsigned count = 0;
  for (std::string_view range : words_of(list, ',')) {
    const auto dash = range.find('-');
    const auto first = text::parse_int<unsigned>(range.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : text::parse_int<unsigned>(range.substr(dash + 1));
    if (!first || !last || *last < *first) return 0;
    count += *last - *first + 1;
  }
  return count;
}

Host read_host() {
  Host host;
  read_machine(host);
  read_cgroups(host);
  for (const auto& [name, type] : spec::namespaces())
    host.namespaces.push_back({.name = std::string(name), .enabled = has_namespace(type)});
  return host;
}

std::string host_text(const Host& host) {
  cli::Columns table{"Version", cat("masu-runtime ", kVersionNumber)};
  table.add({"Commit", std::string(kCommit)});
  table.add({"Kernel", host.kernel_release});
  table.add({"Kernel version", host.kernel_version});
  table.add({"Architecture", host.architecture});
  table.add({"Operating system", host.system});
  table.add({"systemd", host.systemd ? "yes" : "no"});
  table.add({"Cores", cat(host.cores)});
  table.add({"Memory", mebibytes(host.memory_bytes)});
  table.add({"Swap", mebibytes(host.swap_bytes)});
  table.add({"Cgroup setup", std::string(cgroups::layout_name(host.cgroup_setup))});
  table.add({"Cgroup mounts", cat(host.cgroup_mounts.size())});
  for (const cgroups::CgroupMount& mount : host.cgroup_mounts)
    table.add({cat("  ", mount.version == 2 ? "v2" : text::join(mount.controllers, ",")), mount.path});
  table.add({"Cgroup controllers", cat(host.controllers.size())});
  for (const cgroups::CgroupController& controller : host.controllers)
    table.add({cat("  ", controller.name), std::string(where(controller))});
  table.add({"Namespaces", cat(host.namespaces.size())});
  for (const NamespaceKind& kind : host.namespaces)
    table.add({cat("  ", kind.name), kind.enabled ? "enabled" : "disabled"});
  return table.text();
}

std::string host_json(const Host& host) {
  std::string text;
  json::Writer out(text, json::Layout::spaces);
  out.begin_object().member("version", kVersionNumber).member("commit", kCommit).member("spec", kSpecVersion);
  out.key("kernel").begin_object();
  out.member("release", host.kernel_release).member("version", host.kernel_version).end_object();
  out.member("architecture", host.architecture)
      .member("operatingSystem", host.system)
      .member("systemd", host.systemd)
      .member("cores", host.cores)
      .member("memory", host.memory_bytes)
      .member("swap", host.swap_bytes);
  write_cgroups(out, host);
  out.key("namespaces").begin_object();
  for (const NamespaceKind& kind : host.namespaces) out.member(kind.name, kind.enabled);
  out.end_object().end_object();
  return text + "\n";
}

}  // namespace masu::runtime
