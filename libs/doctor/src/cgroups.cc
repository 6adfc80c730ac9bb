// SPDX-License-Identifier: Apache-2.0
#include "checks.h"
#include "masu/cgroups/controllers.h"
#include "masu/cgroups/files.h"
#include "masu/cgroups/layout.h"
#include "masu/sys/fd.h"

#include <algorithm>

namespace masu::doctor {
namespace {

using cgroups::Layout;
using cgroups::LayoutKind;

constexpr std::string_view kWanted[] = {"cpu", "cpuset", "io", "memory", "pids"};

std::string_view v1_name(std::string_view controller) { return controller == "io" ? "blkio" : controller; }

// ---- layout and controllers

std::string take_from_boot(const Host& host, std::string_view argument) {
  if (!find_program(host.path, "grubby").empty())
    return as_machine_root(host, cat("grubby --update-kernel=ALL --remove-args=\"", argument, "\""));
  const std::string grub = host.etc + "/default/grub";
  if (read_value(grub).find(argument) == std::string::npos) return {};
  return as_machine_root(host, cat("sed -i \"s/ *", argument, "//\" ", grub, " && update-grub"));
}

// Off at boot: cgroup_disable=, or on a Raspberry Pi for want of cgroup_enable=.
std::string enable_at_boot(const Host& host, std::string_view controller) {
  const std::string line = read_value(host.proc + "/cmdline");
  const std::string off = cat("cgroup_disable=", controller);
  return line.find(off) == std::string::npos ? boot_with(host, cat("cgroup_enable=", controller))
                                             : take_from_boot(host, off);
}

std::string mount_v1(const Host& host, std::string_view controller) {
  const std::string dir = cat(host.sys, "/fs/cgroup/", controller);
  return as_machine_root(host, cat("mkdir -p ", dir, " && mount -t cgroup -o ", controller, " cgroup ", dir));
}

void check_controllers(const Host& host, const Layout& layout, Findings& findings) {
  const auto known = cgroups::read_controllers(cgroups::read_mounts(host.proc), host.proc);
  std::vector<std::string> there;
  for (const std::string_view wanted : kWanted) {
    const auto name = v1_name(wanted);
    const auto found = std::ranges::find(known, name, &cgroups::CgroupController::name);
    const std::string subject = cat("controller ", wanted);
    if (found == known.end())
      findings.push_back(
          {State::warning, subject,
           "not in this kernel, or not given to the container that this is: its limits are refused", ""});
    else if (!found->enabled)
      findings.push_back({State::warning, subject,
                          "off since boot: its limits are refused; reboot after the change",
                          enable_at_boot(host, name)});
    else if (found->version == 0)
      findings.push_back({State::warning, subject, "not mounted: its limits are refused",
                          layout.kind == LayoutKind::v2 ? std::string() : mount_v1(host, name)});
    else
      there.push_back(cat(wanted, " (v", found->version, ")"));
  }
  if (!there.empty()) findings.push_back({State::ok, "controllers", text::join(there, ", "), ""});
}

// ---- delegation

std::string own_v2(const Layout& layout) {
  const auto content = sys::read_file(layout.own_cgroups);
  if (!content) return {};
  const auto cgroups = cgroups::parse_own_cgroups(*content);
  if (!cgroups) return {};
  for (const auto& cgroup : *cgroups)
    if (cgroup.controllers.empty() && !cgroup.path.starts_with("/.."))
      return cgroup.path == "/" ? std::string() : std::string(cgroup.path);
  return {};
}

bool is_delegated(const Host& host, const std::string& dir) {
  return host.writable(dir) && host.writable(dir + "/cgroup.procs") &&
         host.writable(dir + "/cgroup.subtree_control");
}

// The runtime makes containers beside the caller, or if that alone is his, in his own cgroup.
std::string find_delegated(const Host& host, const Layout& layout) {
  const std::string mount = layout.find_v2()->mount, own = own_v2(layout);
  if (const std::string parent = mount + own.substr(0, own.rfind('/')); is_delegated(host, parent))
    return parent;
  return is_delegated(host, mount + own) ? mount + own : std::string();
}

// By the caller's own systemd, which systemd-run(1) finds by XDG_RUNTIME_DIR only.
std::string ask_own_systemd(const Host& host) {
  const std::string command = "systemd-run --user --scope -p Delegate=yes $SHELL";
  if (!host.runtime_dir.empty())
    return exists(host.runtime_dir + "/systemd/private") ? command : std::string();
  const std::string usual = cat(host.run, "/user/", host.euid);
  return exists(usual + "/systemd/private") ? cat("XDG_RUNTIME_DIR=", usual, " ", command) : std::string();
}

// By hand: a cgroup for the user with his shell in a child of it, so that it can give controllers to others.
std::string give_v2(const Host& host, const std::string& mount) {
  const std::string dir = cat(mount, "/user-", host.euid);
  return as_machine_root(
      host, cat("for c in cpu cpuset io memory pids; do echo +$c >", mount,
                "/cgroup.subtree_control; done; d=", dir, "; mkdir -p $d/shell && chown ", host.euid,
                " $d $d/cgroup.procs $d/cgroup.subtree_control $d/cgroup.threads $d/shell "
                "$d/shell/cgroup.procs && echo ",
                own_shell(host), " >$d/shell/cgroup.procs"));
}

// The same in each hierarchy; a cpuset takes no process before it has CPUs and memory
// (cgroup-v1/cpusets.rst).
std::string give_v1(const Host& host, const Layout& layout) {
  std::string mounts;
  for (const auto& hierarchy : layout.hierarchies)
    if (!hierarchy.is_v2()) mounts += cat(" ", hierarchy.mount);
  return as_machine_root(
      host, cat("for c in", mounts, "; do d=$c/user-", host.euid,
                "; mkdir -p $d; for f in cpuset.cpus cpuset.mems; do [ ! -e $d/$f ] || cat $c/$f >$d/$f; "
                "done; chown ",
                host.euid, " $d $d/cgroup.procs; echo ", own_shell(host), " >$d/cgroup.procs; done"));
}

std::string get_delegated(const Host& host, const Layout& layout) {
  if (std::string command = ask_own_systemd(host); !command.empty()) return command;
  if (exists(host.run + "/systemd/system"))
    return as_machine_root(host, cat("loginctl enable-linger ", user_of(host)));
  return give_v2(host, layout.find_v2()->mount);
}

void check_v2_delegation(const Host& host, const Layout& layout, Findings& findings) {
  const std::string base = find_delegated(host, layout);
  if (base.empty()) {
    findings.push_back({State::warning, "delegation",
                        cat("no cgroup is this user's: containers have no limits; ", host.how_to_delegate),
                        get_delegated(host, layout)});
    return;
  }
  const std::string given = read_value(base + "/cgroup.controllers");
  const auto names = text::split(given, ' ');
  std::vector<std::string> missing;
  for (const std::string_view wanted : kWanted)
    if (std::ranges::find(names, wanted) == names.end()) missing.emplace_back(wanted);
  if (missing.empty()) {
    findings.push_back({State::ok, "delegation", cat(base, ": ", given), ""});
    return;
  }
  const std::string dropins = host.etc + "/systemd/system/user@.service.d";
  findings.push_back(
      {State::warning, "delegation",
       cat(base, " is this user's, but without ", text::join(missing, ", "), ": such limits are refused"),
       exists(host.run + "/systemd/system")
           ? as_machine_root(host, cat("mkdir -p ", dropins,
                                       " && printf \"[Service]\\nDelegate=cpu cpuset io memory pids\\n\" >",
                                       dropins, "/delegate.conf && systemctl daemon-reload"))
           : std::string()});
}

// v1: only what root has given by hand; systemd gives nothing there, since it would not be safe
// (cgroup-v1/cgroups.rst).
void check_v1_delegation(const Host& host, const Layout& layout, Findings& findings) {
  std::vector<std::string> given;
  for (const std::string_view wanted : kWanted) {
    const auto* hierarchy = layout.find(v1_name(wanted));
    if (hierarchy == nullptr) continue;
    const std::string dir = hierarchy->mount + (hierarchy->own == "/" ? std::string() : hierarchy->own);
    if (host.writable(dir) && host.writable(dir + "/cgroup.procs")) given.emplace_back(wanted);
  }
  if (!given.empty()) {
    findings.push_back(
        {State::ok, "delegation", cat("this user's cgroups have ", text::join(given, ", ")), ""});
    return;
  }
  const bool systemd = exists(host.run + "/systemd/system");
  findings.push_back(
      {State::warning, "delegation",
       cat("no cgroup is this user's: containers have no limits",
           systemd ? "; systemd delegates cgroups of v2 alone, which a boot with this has" : ""),
       systemd ? boot_with(host, "systemd.unified_cgroup_hierarchy=1") : give_v1(host, layout)});
}

}  // namespace

void check_cgroups(const Host& host, Findings& findings) {
  const std::string root = host.sys + "/fs/cgroup";
  const auto layout =
      cgroups::detect_layout({root, host.proc + "/self/cgroup", host.proc + "/self/mountinfo"});
  if (!layout) {
    findings.push_back({State::problem, "cgroups", layout.error().message(), ""});
    return;
  }
  if (layout->kind == LayoutKind::none) {
    findings.push_back(
        {State::problem, "cgroups",
         "no cgroup file system is mounted: containers run with --cgroup-manager disabled only",
         as_machine_root(host, cat("mount -t cgroup2 cgroup2 ", root))});
    return;
  }
  findings.push_back(
      {State::ok, "cgroups", cat(cgroups::layout_name(layout->kind), " on ", layout->root), ""});
  check_controllers(host, *layout, findings);
  if (is_root(host)) return;
  if (layout->kind == LayoutKind::v2)
    check_v2_delegation(host, *layout, findings);
  else
    check_v1_delegation(host, *layout, findings);
}

}  // namespace masu::doctor
