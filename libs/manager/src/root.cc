// SPDX-License-Identifier: Apache-2.0
#include "masu/manager/root.h"

#include "bundle.h"
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/life.h"
#include "masu/manager/shim_client.h"
#include "masu/manager/user_namespace.h"
#include "masu/sys/mount.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"
#include "user_space.h"

#include <cerrno>

#include <sched.h>
#include <sys/mount.h>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

Result<> leave_mounts() {
  if (const int made = raw::unshare(CLONE_NEWNS); made < 0) return fail(Error::sys(-made, "unshare mounts"));
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
    return fail(Error::sys(errno, "make the mounts slaves"));
  return {};
}

// Folders of the host and volumes, where the container has them. One that is not there any more is passed by:
// the files below it can be had all the same.
Result<> bind_all(const Place& place, const Request& request, int root) {
  for (const Mount& mount : request.mounts) {
    const bool volume = mount.type == "volume";
    if (!volume && !mount.source.starts_with('/')) continue;
    const std::string path = volume ? cat(place.root, "/volumes/", mount.source, "/_data") : mount.source;
    const sys::Fd source(raw::open_tree(AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | AT_RECURSIVE));
    struct stat status{};
    if (!source.valid() || raw::fstat(source.get(), &status) < 0) continue;
    // One that has never run may not have the mount point yet; it is made at its start too.
    const sys::Fd target(
        sys::make_in_root(root, mount.destination.c_str(),
                          S_ISDIR(status.st_mode) ? sys::MakeKind::directory : sys::MakeKind::file));
    if (!target.valid()) continue;
    if (const int attached = sys::attach_mount(source.get(), target.get()); attached < 0)
      return fail(Error::sys(-attached, cat("mount ", quote(path))));
  }
  return {};
}

}  // namespace

Result<OpenRoot> open_root(const Place& place, const Request& request) {
  OpenRoot out;
  if (is_running(read_state(place, request).phase)) {
    const State state = read_live_state(place, request);
    const std::string path = cat("/proc/", state.pid, "/root");
    auto folder = sys::open(path, O_PATH | O_DIRECTORY);
    // Between the two it may have ended, and its pid be another's.
    if (folder && state.pid > 0 && is_running(read_state(place, request).phase)) {
      out.folder = std::move(*folder);
      out.users = request.uid_maps;
      out.groups = request.gid_maps;
      return out;
    }
    // It has ended, and its shim is about to say so.
    if (!folder && folder.error().err() != EACCES) (void)wait_for_end(place, request);
  }
  out.held = TRY(lock(place, request.id));
  const Phase phase = read_state(place, request).phase;
  if (is_running(phase) || (phase == Phase::created && ShimClient(place.shim_folder(request.id)).is_alive()))
    return fail(Error::make(Kind::invalid_state, cat("container ", request.name, " is being started"))
                    .hint("try it again"));
  TRY(end_shim(place, request));  // which still has the root mounted
  TRY(enter_user_namespace());
  TRY(leave_mounts());
  UserSpace as_they_are;  // files have the ids of their image, whatever the container has for them
  TRY(mount_rootfs(place, request, read_facts(), as_they_are));
  out.folder = TRY(sys::open(place.rootfs(request.id), O_PATH | O_DIRECTORY));
  TRY(bind_all(place, request, out.folder.get()));
  return out;
}

}  // namespace masu::manager
