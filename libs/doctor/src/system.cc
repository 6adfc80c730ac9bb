// SPDX-License-Identifier: Apache-2.0
//
// What surrounds containers: systemd, the state directory, rights, security modules, other programs.
#include "checks.h"
#include "masu/spec/names.h"

#include <cstdint>

namespace masu::doctor {
namespace {

// What root lacks where something around it has taken it away, and what then fails. CAP_SYS_ADMIN stands for
// CAP_BPF and CAP_PERFMON, too.
constexpr struct {
  std::string_view name;
  State state;
  std::string_view what_follows;
} kRights[] = {
    {"CAP_SYS_ADMIN", State::problem, "no namespaces, no mounts: only rootless containers run"},
    {"CAP_SETUID", State::problem, "process.user is refused"},
    {"CAP_SETGID", State::problem, "process.user and its groups are refused"},
    {"CAP_SETPCAP", State::problem, "process.capabilities are refused"},
    {"CAP_DAC_OVERRIDE", State::warning, "files of others in bundles are out of reach"},
    {"CAP_CHOWN", State::warning, "owners of devices and terminals are not set"},
    {"CAP_FOWNER", State::warning, "modes of files of others are not set"},
    {"CAP_KILL", State::warning, "containers of other users are not signalled"},
    {"CAP_SYS_PTRACE", State::warning, "namespaces of processes with more rights are not joined"},
    {"CAP_SYS_RESOURCE", State::warning, "process.rlimits above one's own and lower oomScoreAdj are refused"},
    {"CAP_MKNOD", State::warning, "devices are bound from the host's instead of made"},
    {"CAP_NET_ADMIN", State::warning, "netDevices are refused"},
    {"CAP_SYS_NICE", State::warning, "real-time scheduler and ioPriority are refused"}};

std::string reach_user_systemd(const Host& host) {
  if (!exists(cat(host.run, "/user/", host.euid)))
    return as_machine_root(host, cat("loginctl enable-linger ", user_of(host)));
  if (host.runtime_dir.empty()) return cat("export XDG_RUNTIME_DIR=", host.run, "/user/", host.euid);
  return install(host, {.apt = "dbus-user-session",
                        .dnf = "dbus-daemon",
                        .zypper = "dbus-1",
                        .pacman = "dbus",
                        .apk = "dbus"});
}

void check_linger(const Host& host, Findings& findings) {
  if (exists(cat(host.var, "/lib/systemd/linger/", user_of(host)))) {
    findings.push_back({State::ok, "linger", "the user's systemd stays without a session", ""});
    return;
  }
  findings.push_back({State::warning, "linger",
                      "the user's systemd ends with the last session, and containers in its cgroups with it",
                      as_machine_root(host, cat("loginctl enable-linger ", user_of(host)))});
}

std::string nearest_existing(std::string path) {
  while (path.size() > 1 && !exists(path)) {
    const auto slash = path.rfind('/');
    path = slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
  }
  return path;
}

// For a directory that --root does not name.
std::string another_state_directory(const Host& host) {
  const bool by_default = host.state_directory.starts_with(host.run + "/") ||
                          (!host.runtime_dir.empty() && host.state_directory.starts_with(host.runtime_dir));
  if (is_root(host) || !by_default) return {};
  const std::string offered = cat(host.run, "/user/", host.euid);
  if (host.euid != 0 && host.runtime_dir != offered && host.writable(offered))
    return "export XDG_RUNTIME_DIR=" + offered;
  if (host.euid != 0 && exists(host.run + "/systemd/system"))
    return as_machine_root(host, cat("loginctl enable-linger ", user_of(host)));
  return "export XDG_RUNTIME_DIR=$(mktemp -d)";
}

}  // namespace

void check_systemd(const Host& host, Findings& findings) {
  const bool user = !is_root(host);
  if (!exists(host.run + "/systemd/system")) {
    findings.push_back({State::ok, "systemd", "not running: cgroups are made without it", ""});
    return;
  }
  if (!host.attempts.systemd.empty())
    findings.push_back({State::warning, "systemd",
                        cat("not reached, which --systemd-cgroup needs: ", host.attempts.systemd),
                        user ? reach_user_systemd(host) : "systemctl start dbus.socket"});
  else
    findings.push_back({State::ok, "systemd", user ? "the user's answers" : "answers", ""});
  if (user && host.euid != 0) check_linger(host, findings);
}

void check_state_directory(const Host& host, Findings& findings) {
  if (host.writable(nearest_existing(host.state_directory))) {
    findings.push_back({State::ok, "state directory", host.state_directory, ""});
    return;
  }
  findings.push_back({State::problem, "state directory",
                      cat(host.state_directory, " is not writable",
                          host.euid != 0 && host.runtime_dir.empty() ? ": XDG_RUNTIME_DIR is not set" : "",
                          "; or give --root"),
                      another_state_directory(host)});
}

void check_capabilities(const Host& host, Findings& findings) {
  if (!is_root(host)) return;
  const auto effective = text::parse_int<std::uint64_t>(status_value(host, "CapEff"), 16);
  if (!effective) return;
  bool all = true;
  for (const auto& [name, state, what_follows] : kRights) {
    const auto bit = spec::find_value(spec::capabilities(), name);
    if (!bit || (*effective >> *bit & 1) != 0) continue;
    all = false;
    const std::string option = cat("--cap-add ", name.substr(4));
    findings.push_back(
        {state, cat("right ", name), cat("missing: ", what_follows), restart_with(host, option, option)});
  }
  if (all) findings.push_back({State::ok, "rights", "all that containers take", ""});
}

void check_security_modules(const Host& host, Findings& findings) {
  const bool apparmor = read_value(host.sys + "/module/apparmor/parameters/enabled") == "Y";
  findings.push_back({State::ok, "AppArmor", apparmor ? "on" : "not on this host", ""});
  const std::string enforce = read_value(host.sys + "/fs/selinux/enforce");
  findings.push_back({State::ok, "SELinux",
                      enforce.empty()  ? "not on this host"
                      : enforce == "1" ? "enforcing"
                                       : "permissive",
                      ""});
  // Without the right to mount, the runtime protects its executable by running from a memfd.
  if (!is_root(host) && host.runs_from_copy && read_value(host.proc + "/sys/vm/memfd_noexec") == "2")
    findings.push_back({State::problem, "memfd",
                        "vm.memfd_noexec is 2: the runtime cannot run from a protected copy",
                        set_sysctl(host, "vm.memfd_noexec", "1")});
}

void check_criu(const Host& host, Findings& findings) {
  const std::string file = find_program(host.path, "criu");
  if (!file.empty())
    findings.push_back({State::ok, "CRIU", file, ""});
  else
    findings.push_back({State::ok, "CRIU", "not in PATH: only checkpoints need it", ""});
}

}  // namespace masu::doctor
