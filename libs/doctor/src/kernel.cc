// SPDX-License-Identifier: Apache-2.0
#include "checks.h"
#include "masu/base/errno_name.h"

#include <cerrno>
#include <optional>

namespace masu::doctor {
namespace {

struct Version {
  unsigned major = 0, minor = 0;
  friend auto operator<=>(const Version&, const Version&) = default;
};

constexpr Version kNeeded{5, 12};  // mount_setattr(2)

constexpr struct {
  Version since;
  std::string_view what;
} kGains[] = {{{5, 12}, "id-mapped mounts"}, {{5, 14}, "cgroup.kill"}, {{6, 3}, "id-mapped tmpfs"}};

// "6.1.0-18-amd64", "5.12-rc3"
std::optional<Version> parse_version(std::string_view release) {
  const auto number = [&release]() {
    const auto end = release.find_first_not_of("0123456789");
    const auto value = text::parse_int<unsigned>(release.substr(0, end));
    release = end == std::string_view::npos ? std::string_view() : release.substr(end + 1);
    return value;
  };
  const auto major = number();
  const auto minor = number();
  if (!major || !minor) return std::nullopt;
  return Version{*major, *minor};
}

std::string gains(const Host& host, const Version& version) {
  std::vector<std::string> has, later;
  (exists(host.proc + "/self/ns/time") ? has : later).emplace_back("time namespaces");
  for (const auto& [since, what] : kGains)
    if (version >= since)
      has.emplace_back(what);
    else
      later.push_back(cat(what, " (", since.major, ".", since.minor, ")"));
  std::string text = cat("has ", text::join(has, ", "));
  return later.empty() ? text : cat(text, "; has not: ", text::join(later, ", "));
}

}  // namespace

void check_kernel(const Host& host, Findings& findings) {
  const auto version = parse_version(host.kernel);
  if (!version) {
    findings.push_back(
        {State::warning, "kernel", cat(quote(host.kernel), " is no version that is known"), ""});
    return;
  }
  if (*version >= kNeeded) {
    findings.push_back({State::ok, "kernel", cat(host.kernel, ": ", gains(host, *version)), ""});
    return;
  }
  findings.push_back({State::problem, "kernel",
                      cat(host.kernel, " is older than ", kNeeded.major, ".", kNeeded.minor,
                          ", from which on mounts have file descriptors; reboot into a newer one"),
                      install(host, {.apt = "linux-image-$(dpkg --print-architecture)",
                                     .dnf = "kernel",
                                     .zypper = "kernel-default",
                                     .pacman = "linux",
                                     .apk = "linux-lts"})});
}

// A kernel that is new enough can still be without them: the seccomp filter of the container that we are in.
void check_system_calls(const Host& host, Findings& findings) {
  const struct {
    std::string_view name;
    int outcome;
    bool needed;
  } calls[] = {{"clone3", host.attempts.clone3, true},
               {"mount_setattr", host.attempts.mount_setattr, true},
               {"pidfd_open", host.attempts.pidfd_open, true},
               {"openat2", host.attempts.openat2, false}};  // there is a walk that means the same
  std::vector<std::string> missing;
  State state = State::ok;
  for (const auto& [name, outcome, needed] : calls) {
    if (outcome == 0) continue;
    missing.push_back(cat(name, " (", errno_name(outcome), ")"));
    if (needed || state == State::problem)
      state = State::problem;
    else
      state = State::warning;
  }
  if (missing.empty()) {
    findings.push_back({State::ok, "system calls", "clone3, mount_setattr, pidfd_open, openat2", ""});
    return;
  }
  findings.push_back(
      {state, "system calls",
       cat("refused: ", text::join(missing, ", "),
           "; by an old kernel, or the seccomp filter of a container around us"),
       restart_with(host, "--security-opt seccomp=unconfined", "--security-opt seccomp=unconfined")});
}

void check_seccomp(const Host& host, Findings& findings) {
  const std::string actions = read_value(host.proc + "/sys/kernel/seccomp/actions_avail");
  if (actions.empty())
    findings.push_back(
        {State::warning, "seccomp",
         "this kernel has no filters (CONFIG_SECCOMP_FILTER): containers that ask for one are refused", ""});
  else
    findings.push_back({State::ok, "seccomp", cat("actions: ", actions), ""});
}

void check_landlock(const Host& host, Findings& findings) {
  const int abi = host.attempts.landlock_abi;
  if (abi > 0) {
    findings.push_back({State::ok, "Landlock", cat("ABI ", abi), ""});
    return;
  }
  std::string detail = "not in this kernel";
  if (abi == -EOPNOTSUPP)
    detail = cat("off: boot with lsm=landlock,", read_value(host.sys + "/kernel/security/lsm"));
  findings.push_back({State::ok, "Landlock", cat(detail, "; only masu.landlock annotations need it"), ""});
}

}  // namespace masu::doctor
