// SPDX-License-Identifier: Apache-2.0
#include "bundle.h"
#include "capabilities.h"
#include "masu/base/text.h"
#include "masu/sys/fd.h"
#include "masu/sys/id_maps.h"
#include "masu/sys/raw.h"

#include <algorithm>
#include <cstdlib>

namespace masu::manager {
namespace {

bool exists(const std::string& path) {
  struct stat status{};
  return sys::raw::fstatat(AT_FDCWD, path.c_str(), &status, 0) == 0;
}

std::string variable(const char* name) {
  const char* value = secure_getenv(name);
  return value == nullptr ? std::string() : value;
}

// A group that the user namespace of a user with a single id does not have.
bool has_tty_group() {
  constexpr std::uint32_t kTty = 5;
  return std::ranges::any_of(
      sys::parse_map(sys::read_file("/proc/self/gid_map").value_or("")),
      [](const sys::IdRange& range) { return kTty >= range.inside && kTty - range.inside < range.count; });
}

bool has_user_systemd() {
  if (!variable("DBUS_SESSION_BUS_ADDRESS").empty()) return true;
  const std::string folder = variable("XDG_RUNTIME_DIR");
  return !folder.empty() && (exists(folder + "/bus") || exists(folder + "/systemd/private"));
}

// Which controllers a user's systemd has is its system's choice (Delegate= of user@.service).
bool is_delegated(std::string_view controller) {
  const uid_t user = sys::outer_user();
  const std::string given = sys::read_file(cat("/sys/fs/cgroup/user.slice/user-", user, ".slice/user@", user,
                                               ".service/cgroup.controllers"))
                                .value_or("");
  return std::ranges::count(text::split(text::trim(given), ' '), controller) > 0;
}

}  // namespace

Facts read_facts() {
  Facts out;
  out.cgroup_v2 = exists("/sys/fs/cgroup/cgroup.controllers");
  out.in_user_namespace = sys::in_user_namespace();
  out.user_systemd = out.in_user_namespace && out.cgroup_v2 && sys::outer_user() != 0 && has_user_systemd();
  out.limits_processes = !out.in_user_namespace || (out.user_systemd && is_delegated("pids"));
  out.has_tty_group = has_tty_group();
  out.kernel_capabilities = read_capabilities();
  return out;
}

}  // namespace masu::manager
