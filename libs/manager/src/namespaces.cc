// SPDX-License-Identifier: Apache-2.0
#include "namespaces.h"

#include "masu/base/scope_exit.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "masu/sys/mount.h"
#include "masu/sys/raw.h"

#include <algorithm>

#include <fcntl.h>
#include <sched.h>

namespace masu::manager {
namespace {

constexpr std::string_view kContainer = "container:", kPath = "ns:";

Result<> set_one(spec::Config& config, const Place& place, const std::string& mode, std::uint64_t type,
                 const char* name) {
  if (mode.empty() || mode == "shareable" || mode == "none") return {};
  auto& all = config.linux_.namespaces;
  std::erase_if(all, [type](const spec::Namespace& entry) { return entry.type == type; });
  if (mode == "host") return {};
  spec::Namespace entry{.type = type, .path = {}};
  if (mode.starts_with(kPath)) entry.path = mode.substr(kPath.size());
  if (mode.starts_with(kContainer)) entry.path = cat("/proc/", TRY(named_pid(place, mode)), "/ns/", name);
  all.push_back(std::move(entry));
  return {};
}

}  // namespace

Result<int> named_pid(const Place& place, std::string_view mode) {
  const Request other = TRY(find(place, mode.substr(kContainer.size())));
  const State state = read_live_state(place, other);
  if (state.phase != Phase::running && state.phase != Phase::paused)
    return fail(Error::make(Kind::invalid_state, cat("container ", other.name, " is not running"))
                    .hint(cat("masu start ", other.name, " starts it")));
  return state.pid;
}

Result<> set_namespaces(spec::Config& config, const Place& place, const Request& request) {
  TRY_IN(set_one(config, place, request.pid_mode, CLONE_NEWPID, "pid"), "--pid");
  TRY_IN(set_one(config, place, request.ipc_mode, CLONE_NEWIPC, "ipc"), "--ipc");
  TRY_IN(set_one(config, place, request.uts_mode, CLONE_NEWUTS, "uts"), "--uts");
  TRY_IN(set_one(config, place, request.cgroup_mode, CLONE_NEWCGROUP, "cgroup"), "--cgroupns");
  // A name that is shared is not ours to set.
  if (!request.uts_mode.empty() && request.uts_mode != "private") config.hostname.clear();
  return {};
}

Result<sys::Fd> take_shm(int pid) {
  const sys::Fd ours = TRY(sys::open("/proc/self/ns/mnt", O_RDONLY));
  const sys::Fd folder = TRY(sys::open(".", O_PATH | O_DIRECTORY));
  const sys::Fd theirs = TRY(sys::open(cat("/proc/", pid, "/ns/mnt"), O_RDONLY));
  if (const int entered = sys::raw::setns(theirs.get(), CLONE_NEWNS); entered < 0)
    return fail(Error::sys(-entered, "enter the other container's mount namespace"));
  const ScopeExit back([&] {
    (void)sys::raw::setns(ours.get(), CLONE_NEWNS);
    (void)sys::raw::fchdir(folder.get());
  });
  const int cloned = sys::clone_mount(AT_FDCWD, "/dev/shm", false);
  if (cloned < 0) return fail(Error::sys(-cloned, "take the other container's /dev/shm"));
  return sys::Fd(cloned);
}

}  // namespace masu::manager
