// SPDX-License-Identifier: Apache-2.0
#include "masu/cgroups/delegation.h"

#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/cgroups/files.h"
#include "masu/sys/id_maps.h"
#include "masu/sys/raw.h"
#include "processes.h"

#include <cerrno>

#include <stdlib.h>

namespace masu::cgroups {
namespace {

namespace raw = sys::raw;

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// faccessat(2) with the effective ids, which in a user namespace are what the kernel will ask for.
bool writable(const std::string& path) {
  constexpr int kWrite = 2, kEffectiveIds = 0x200;  // W_OK, AT_EACCESS
  return raw::call(SYS_faccessat2, AT_FDCWD, path.c_str(), kWrite, kEffectiveIds) == 0;
}

/// Enough to make children, to move processes between them, and to give them controllers.
bool delegated(const std::string& dir) {
  return writable(dir) && writable(dir + "/cgroup.procs") && writable(dir + "/cgroup.subtree_control");
}

bool has_user_manager() {
  const char* runtime = secure_getenv("XDG_RUNTIME_DIR");
  const std::string dir = runtime != nullptr ? runtime : cat("/run/user/", sys::outer_user());
  return writable(dir + "/systemd/private");
}

}  // namespace

bool in_user_namespace() { return sys::in_user_namespace(); }

Result<std::string> find_v2_base(const Layout& layout) {
  const Hierarchy* tree = layout.find_v2();
  const std::string text = TRY(sys::read_file(layout.own_cgroups));
  for (const OwnCgroup& cgroup : TRY(parse_own_cgroups(text))) {
    if (!cgroup.controllers.empty() || cgroup.path.starts_with("/..") || cgroup.path == "/") continue;
    const std::string own(cgroup.path), parent = parent_of(own);
    const bool in_own = !delegated(tree->mount + parent) && delegated(tree->mount + own);
    return in_own ? own : parent;
  }
  return std::string();
}

std::string how_to_delegate() {
  if (!writable("/run/systemd/system") && raw::call(SYS_faccessat, AT_FDCWD, "/run/systemd/system", 0) < 0)
    return cat(
        "have root make a cgroup and give it, its cgroup.procs, cgroup.subtree_control and cgroup.threads to "
        "uid ",
        sys::outer_user(), ", and start the caller in a child of it");
  if (has_user_manager())
    return "run it inside of what systemd delegates to this user: systemd-run --user --scope -p Delegate=yes "
           "COMMAND; "
           "for a service, Delegate=yes in its unit";
  return cat(
      "this user has no systemd session: log in, or as root loginctl enable-linger ", sys::outer_user(),
      ", then systemd-run --user --scope -p Delegate=yes COMMAND; for a service, Delegate=yes in its unit");
}

std::string why_not_given(const Root& root, const std::string& giver, std::string_view controller) {
  const std::string file = giver + "/cgroup.subtree_control";
  if (!writable(file)) {
    const auto given = root.read(file);
    return cat(
        "cgroup ", quote(giver),
        " is not this user's, and gives its children only: ", given ? text::trim(*given) : "", "; have ",
        controller,
        " delegated: with systemd by Delegate=cpu cpuset io memory pids in a drop-in of user@.service");
  }
  const auto pids = read_pids(root, giver, false);
  if (pids && !pids->empty())
    return cat("cgroup ", quote(giver), " holds ", pids->size(),
               " process(es) of its own, so that it gives its children no ", controller,
               ": move them to a child of it (with systemd 254: DelegateSubgroup=), or choose another "
               "cgroupsPath");
  return cat("enable it: write +", controller, " to ", file);
}

}  // namespace masu::cgroups
