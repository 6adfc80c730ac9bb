// SPDX-License-Identifier: Apache-2.0
#include "masu/base/text.h"
#include "masu/base/try.h"
#include "masu/manager/root.h"
#include "masu/manager/volume.h"
#include "masu/store/copy.h"
#include "masu/store/tree.h"
#include "masu/sys/mount.h"
#include "masu/sys/path.h"
#include "masu/sys/raw.h"
#include "mounts.h"
#include "namespaces.h"

#include <algorithm>
#include <cerrno>

#include <sys/stat.h>

namespace masu::manager {
namespace {

namespace raw = sys::raw;

Error failed(int result, std::string what) { return Error::sys(-result, std::move(what)); }

// The folder or file that is to be seen, as a detached mount or as what to copy one of.
Result<sys::Fd> open_source(const Place& place, const Mount& mount) {
  const std::string path = mount.type == "volume" ? volume_data(place, mount.source) : mount.source;
  sys::Fd whole = TRY(sys::open(path, O_PATH));
  if (mount.subpath.empty()) return whole;
  // What is in a volume is the containers' to write: a link in it must not lead out of it.
  const int part = sys::open_in_root(whole.get(), mount.subpath.c_str(), O_PATH);
  if (part < 0) return fail(failed(part, cat("look at ", quote(mount.subpath), " in ", quote(path))));
  return sys::Fd(part);
}

Result<sys::Fd> clone(int source, const std::string& what) {
  const int cloned = sys::clone_mount(source, "", true);
  if (cloned < 0) return fail(failed(cloned, cat("bind ", quote(what))));
  return sys::Fd(cloned);
}

// The container's own upper folder above something else, anew at each start.
Result<std::vector<std::string>> make_upper(const Place& place, const Request& request, std::size_t index) {
  const std::string folder = cat(place.folder(request.id), "/layered/", index);
  TRY(store::remove_tree(AT_FDCWD, folder.c_str()));
  for (const char* name : {"/upper", "/work"}) TRY(store::make_folders(folder + name, 0755));
  return std::vector{cat("upperdir=", folder, "/upper"), cat("workdir=", folder, "/work")};
}

Result<sys::Fd> mount_image(const Place& place, const Request& request, std::size_t index, const Facts& facts,
                            const UserSpace& users) {
  const Mount& mount = request.mounts[index];
  const bool writable = std::ranges::find(mount.options, "rw") != mount.options.end();
  std::vector<std::string> upper;
  if (writable) upper = TRY(make_upper(place, request, index));
  sys::Fd whole = TRY(mount_layers(layers_of(place, users), mount.layers, upper, facts));
  if (mount.subpath.empty()) return whole;
  const sys::Fd part(sys::open_in_root(whole.get(), mount.subpath.c_str(), O_PATH));
  if (!part.valid())
    return fail(Error::make(Kind::not_found,
                            cat("there is no ", quote(mount.subpath), " in the image ", mount.source)));
  return clone(part.get(), mount.subpath);
}

Result<sys::Fd> make_staged(const Place& place, const Request& request, std::size_t index, const Facts& facts,
                            const UserSpace& users, const SharedMounts& shared) {
  const Mount& mount = request.mounts[index];
  if (const auto found = shared.find(index); found != shared.end())
    return sys::duplicate(found->second.get());
  if (mount.type == "image") return mount_image(place, request, index, facts, users);
  const sys::Fd source = TRY(open_source(place, mount));
  if (!mount.overlay) {
    sys::Fd cloned = TRY(clone(source.get(), mount.source));
    if (mount.type == "volume" && !users.view.empty()) TRY(map_ids(cloned, users));
    return cloned;
  }
  return mount_above(cat("/proc/self/fd/", source.get()), TRY(make_upper(place, request, index)), facts);
}

Result<> attach(int mount, const std::string& path) {
  struct stat status{};
  if (const int seen = raw::fstat(mount, &status); seen < 0) return fail(failed(seen, "look at a mount"));
  if (S_ISDIR(status.st_mode)) {
    if (const int made = raw::mkdirat(AT_FDCWD, path.c_str(), 0755); made < 0)
      return fail(failed(made, cat("make folder ", quote(path))));
  } else {
    (void)TRY(sys::open(path, O_WRONLY | O_CREAT | O_EXCL, 0644));
  }
  const sys::Fd target = TRY(sys::open(path, O_PATH));
  if (const int attached = sys::attach_mount(mount, target.get()); attached < 0)
    return fail(failed(attached, cat("mount on ", quote(path))));
  return {};
}

bool is_empty(int folder) {
  const auto names = store::list_folder(folder, ".");
  return names && names->empty();
}

// A fresh volume gets what the image has there, and its owner and mode. The mark goes last: a copy that is
// cut off is begun anew. True if it was fresh. One that is in use already stays as it is, since its folder is
// exchanged here.
Result<bool> fill_volume(const Place& place, const Mount& mount, int rootfs) {
  const std::string folder = volume_data(place, mount.source), mark = cat(folder, "/../fresh");
  struct stat status{};
  if (raw::fstatat(AT_FDCWD, mark.c_str(), &status, 0) < 0) return false;
  const store::Lock alone = TRY(lock_volume(place, mount.source, store::Store::Sharing::alone));
  if (raw::fstatat(AT_FDCWD, mark.c_str(), &status, 0) < 0) return false;  // another was faster
  const sys::Fd from(sys::open_in_root(rootfs, mount.destination.c_str(), O_RDONLY | O_DIRECTORY));
  const sys::Fd to = TRY(sys::open(folder, O_RDONLY | O_DIRECTORY));
  const sys::Fd top = TRY(sys::open(folder + "/..", O_RDONLY | O_DIRECTORY));
  const bool wanted = !mount.no_copy && mount.subpath.empty();
  if (wanted && from.valid() && is_empty(to.get())) {
    TRY(store::remove_tree(top.get(), "filling"));
    if (const int made = raw::mkdirat(top.get(), "filling", 0700); made < 0)
      return fail(failed(made, "make a folder"));
    const sys::Fd filling = TRY(sys::open_at(top.get(), "filling", O_RDONLY | O_DIRECTORY));
    TRY(store::copy_tree(from.get(), filling.get()));
    if (const int renamed = raw::renameat(top.get(), "filling", top.get(), "_data"); renamed < 0)
      return fail(failed(renamed, "put the copy in its place"));
  }
  (void)raw::unlinkat(top.get(), "fresh", 0);
  return true;
}

Result<> give_away(const Place& place, const Mount& mount, spec::User user, const UserSpace& users) {
  const sys::Fd source = TRY(open_source(place, mount));
  if (mount.type != "volume" || users.view.empty()) {
    user.uid = TRY(outer_id(users.users, user.uid));
    user.gid = TRY(outer_id(users.groups, user.gid));
  }
  struct stat status{};
  if (raw::fstat(source.get(), &status) == 0 && !S_ISDIR(status.st_mode)) {
    const int given = raw::fchownat(source.get(), "", user.uid, user.gid, AT_EMPTY_PATH);
    if (given < 0) return fail(failed(given, cat("set the owner of ", quote(mount.source))));
    return {};
  }
  const sys::Fd folder = TRY(sys::open_at(source.get(), ".", O_RDONLY | O_DIRECTORY));
  return store::chown_tree(folder.get(), user.uid, user.gid);
}

}  // namespace

// Of this mount namespace alone, since its parent is no peer of the host's any more.
Result<> make_stage(const std::string& folder) {
  TRY(store::make_folders(folder));
  const sys::Fd target = TRY(sys::open(folder, O_PATH | O_DIRECTORY));
  const char* const options[] = {"mode=0700"};
  const sys::Fd stage(sys::new_mount("tmpfs", "masu", options, 1, 0, nullptr, 0));
  if (!stage.valid()) return fail(Error::make(Kind::system, cat("mount a tmpfs for ", quote(folder))));
  if (const int attached = sys::attach_mount(stage.get(), target.get()); attached < 0)
    return fail(failed(attached, cat("mount on ", quote(folder))));
  return {};
}

Result<SharedMounts> take_shared_mounts(const Request& request) {
  SharedMounts out;
  for (std::size_t i = 0; i < request.mounts.size(); ++i) {
    const Mount& mount = request.mounts[i];
    if (!is_shared(mount)) continue;
    const sys::Fd source = TRY(sys::open(mount.source, O_PATH));
    out.emplace(i, TRY(clone(source.get(), mount.source)));
  }
  return out;
}

Result<> stage_mounts(const Place& place, const Request& request, const Facts& facts, const UserSpace& users,
                      int rootfs, const SharedMounts& shared) {
  const bool joins_ipc = request.ipc_mode.starts_with("container:");
  if (joins_ipc ||
      std::ranges::any_of(request.mounts, [&](const Mount& mount) { return is_staged(mount, users); }))
    TRY(make_stage(cat(place.folder(request.id), "/mounts")));
  if (joins_ipc) {
    const int pid = TRY_IN(named_pid(place, request.ipc_mode), "--ipc");
    const sys::Fd shm = TRY_IN(take_shm(pid), "--ipc");
    TRY(attach(shm.get(), staged_shm(place, request)));
  }
  for (std::size_t i = 0; i < request.mounts.size(); ++i) {
    const Mount& mount = request.mounts[i];
    const std::string what = cat("mount ", mount.source, " on ", mount.destination);
    bool give = mount.chown;
    if (mount.type == "volume") {
      const bool fresh =
          TRY_IN(fill_volume(place, mount, users.image.valid() ? users.image.get() : rootfs), what);
      // One that cannot be seen with mapped ids would be nobody's in there.
      give = give || (fresh && users.shifts() && users.view.empty());
    }
    if (give && (mount.type == "bind" || mount.type == "volume")) {
      const Identity identity = TRY(find_identity(rootfs, request.user, request.groups));
      TRY_IN(give_away(place, mount, identity.user, users), what);
    }
    if (!is_staged(mount, users)) continue;
    const sys::Fd made = TRY_IN(make_staged(place, request, i, facts, users, shared), what);
    TRY_IN(attach(made.get(), staged_path(place, request, i)), what);
  }
  return {};
}

}  // namespace masu::manager
