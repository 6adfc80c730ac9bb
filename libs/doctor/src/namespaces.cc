// SPDX-License-Identifier: Apache-2.0
#include "checks.h"
#include "masu/base/errno_name.h"
#include "masu/sys/mountinfo.h"

#include <cerrno>

namespace masu::doctor {
namespace {

struct Reason {
  std::string detail;
  std::string cure;
};

// What forbids user namespaces to all, or (user_namespaces(7), and what Debian and Ubuntu add) to ordinary
// users.
Reason find_switch(const Host& host) {
  const std::string sysctls = host.proc + "/sys/";
  if (read_value(sysctls + "user/max_user_namespaces") == "0")
    return {"user.max_user_namespaces is 0", set_sysctl(host, "user.max_user_namespaces", "15000")};
  if (read_value(sysctls + "kernel/unprivileged_userns_clone") == "0")
    return {"kernel.unprivileged_userns_clone is 0: they are root's alone",
            set_sysctl(host, "kernel.unprivileged_userns_clone", "1")};
  if (read_value(sysctls + "kernel/apparmor_restrict_unprivileged_userns") == "1")
    return {"AppArmor leaves ordinary users no rights in them (kernel.apparmor_restrict_unprivileged_userns)",
            set_sysctl(host, "kernel.apparmor_restrict_unprivileged_userns", "0")};
  return {};
}

Reason explain_refusal(const Host& host, int err) {
  Reason reason = find_switch(host);
  if (!reason.detail.empty()) return reason;
  reason.cure = restart_with(host, "--security-opt seccomp=unconfined", "--security-opt seccomp=unconfined");
  if (!exists(host.proc + "/self/ns/user")) return {"this kernel has none (CONFIG_USER_NS)", ""};
  if (err == ENOSPC)
    return {"there are as many as user.max_user_namespaces allows, or 32 within one another",
            set_sysctl(host, "user.max_user_namespaces", "15000")};
  reason.detail = cat("refused (", errno_name(err), "): by a seccomp filter or a chroot around us");
  return reason;
}

// The kernel does not ask whether a mount hides anything where procfs itself has an empty directory to mount
// on.
bool hides_nothing(const sys::MountEntry& mount) {
  return mount.type == "binfmt_misc" || mount.type == "autofs" || mount.type == "nfsd";
}

std::vector<std::string> covers_of_proc(const Host& host) {
  std::vector<std::string> covers;
  const std::string table = read_value(host.proc + "/self/mountinfo");
  for (auto& mount : sys::parse_mountinfo(table))
    if (mount.target.starts_with("/proc/") && !hides_nothing(mount))
      covers.push_back(std::move(mount.target));
  return covers;
}

std::string shorten(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 3;
  if (names.size() <= kMost) return text::join(names, ", ");
  return cat(text::join({names.begin(), names.begin() + kMost}, ", "), " and ", names.size() - kMost,
             " more");
}

}  // namespace

void check_user_namespaces(const Host& host, Findings& findings) {
  const Attempts& tried = host.attempts;
  const int err = tried.user_namespace != 0 ? tried.user_namespace : tried.rights_in_it;
  if (err != 0) {
    Reason reason = explain_refusal(host, err);
    findings.push_back({is_root(host) ? State::warning : State::problem, "user namespaces",
                        std::move(reason.detail), std::move(reason.cure)});
    return;
  }
  if (Reason reason = find_switch(host); is_root(host) && !reason.detail.empty()) {
    findings.push_back({State::warning, "user namespaces", cat("not for ordinary users: ", reason.detail),
                        std::move(reason.cure)});
    return;
  }
  findings.push_back({State::ok, "user namespaces", "one was made, with all rights in it", ""});
}

// mount_too_revealing() of the kernel: who cannot see all of procfs may not mount a new one, which would show
// it.
void check_procfs(const Host& host, Findings& findings) {
  if (host.attempts.user_namespace != 0 || host.attempts.rights_in_it != 0) return;  // it could not be tried
  const std::vector<std::string> covers = covers_of_proc(host);
  const int err = host.attempts.procfs_in_it;
  if (err == 0) {
    findings.push_back({State::ok, "procfs", "a new one was mounted in a user namespace", ""});
    return;
  }
  std::string cure = restart_with(host, "--security-opt systempaths=unconfined", "--security-opt unmask=ALL");
  if (cure.empty() && !covers.empty()) cure = as_machine_root(host, cat("umount ", text::join(covers, " ")));
  findings.push_back({is_root(host) ? State::warning : State::problem, "procfs",
                      cat("a new one in a user namespace is refused (", errno_name(err), "): ",
                          covers.empty() ? std::string("/proc is none, read-only or of another pid namespace")
                                         : cat("parts of /proc are hidden by mounts on ", shorten(covers))),
                      std::move(cure)});
}

}  // namespace masu::doctor
