// SPDX-License-Identifier: Apache-2.0
//
// Landlock for the program to be executed: among the last steps, since it holds for everything that follows.
#include "child.h"
#include "masu/sys/raw.h"

#include <cerrno>

#include <linux/landlock.h>

namespace masu::container {
namespace {

using sys::raw::call;

constexpr int kRulePath = 1, kRulePort = 2;  // LANDLOCK_RULE_*

struct RulesetAttributes {  // landlock_ruleset_attr of ABI 6; shorter for older kernels
  std::uint64_t files;
  std::uint64_t ports;
  std::uint64_t scoped;
};
struct PortRule {  // landlock_net_port_attr
  std::uint64_t access;
  std::uint64_t port;
};

int make_ruleset(const LandlockPlan& plan) noexcept {
  const RulesetAttributes attributes{plan.handled_files, plan.handled_ports, plan.scoped};
  // An older kernel refuses members that it does not know (E2BIG), unless they are zero.
  return static_cast<int>(call(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
}

int allow_path(int ruleset, const LandlockPath& allowed) noexcept {
  constexpr std::uint64_t kOfFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                     LANDLOCK_ACCESS_FS_READ_FILE | std::uint64_t{1} << 14 |  // truncate
                                     std::uint64_t{1} << 15;  // ioctl on devices
  const int object = sys::raw::openat(AT_FDCWD, allowed.path.c_str(), O_PATH);
  if (object < 0) return object;
  struct stat info;
  int result = sys::raw::fstat(object, &info);
  landlock_path_beneath_attr rule{};
  rule.parent_fd = object;
  // Rights of directories are refused for a file (EINVAL).
  rule.allowed_access = result >= 0 && S_ISDIR(info.st_mode) ? allowed.access : allowed.access & kOfFiles;
  if (result >= 0) result = static_cast<int>(call(SYS_landlock_add_rule, ruleset, kRulePath, &rule, 0));
  sys::raw::close(object);
  return result;
}

}  // namespace

void restrict_by_landlock(Child& child) noexcept {
  if (!child.process.landlock) return;
  const LandlockPlan& plan = *child.process.landlock;
  child.at(Step::landlock);
  const int ruleset = make_ruleset(plan);
  check(child, ruleset);
  for (const LandlockPath& path : plan.paths) {
    child.explain(path.path.c_str());
    check(child, allow_path(ruleset, path));
  }
  for (const LandlockPort& port : plan.ports) {
    const PortRule rule{port.access, port.port};
    check(child, static_cast<int>(call(SYS_landlock_add_rule, ruleset, kRulePort, &rule, 0)));
  }
  child.explain("");
  check(child, static_cast<int>(call(SYS_landlock_restrict_self, ruleset, 0)));
  sys::raw::close(ruleset);
}

}  // namespace masu::container
